"""`report.py`: what a person asks, and the ways out of a failure."""

from __future__ import annotations

from systems_manager_organization import adoption, discarding, explanation
from systems_manager_organization.command_line import Program

PROGRAM: Program[str] = Program(
    name="report.py",
    summary="Explains what Quick Setup did not do, and leads out of it. What changes something says so and asks.",
    verbs=(explanation.VERB, adoption.VERB, discarding.VERB),
    render=lambda text, _on_terminal: text,
    reads_standard_input=False,
)

main = PROGRAM.main
