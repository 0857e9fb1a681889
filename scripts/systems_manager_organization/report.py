"""`report.py`: what a person asks, and the ways out of a failure."""

from __future__ import annotations

from patch_compliance import verb
from systems_manager_organization import adopt, discard, explanation, ops_data, redeploy
from systems_manager_organization.command_line import Program

PROGRAM: Program[str] = Program(
    name="report.py",
    summary=(
        "Explains what Quick Setup did not do, leads out of it, and shows what Explorer sees and how every account is "
        "patched. What changes something says so and asks."
    ),
    verbs=(explanation.VERB, adopt.VERB, discard.VERB, redeploy.VERB, ops_data.VERB, verb.VERB),
    render=lambda text, _on_terminal: text,
    reads_standard_input=False,
)

main = PROGRAM.main
