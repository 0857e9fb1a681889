"""`ensure.py`: commands that apply and restore settings in AWS. Terraform runs them as provisioners."""

from __future__ import annotations

from functools import partial

from systems_manager_organization.cli.application import Program, load_command

PROGRAM: Program[str] = Program(
    name="ensure.py",
    summary="""\
Applies settings in AWS for which Terraform has no resource. It is idempotent: it reads the current values, changes
only what differs, and verifies the result. `--action restore` restores the previous values, and nothing else.""",
    loaders={
        "settings": partial(load_command, "installation.apply_settings:COMMAND"),
        "stack-set-targets": partial(load_command, "installation.stack_set_targets:COMMAND"),
    },
    render=lambda sentence, _on_terminal: sentence,
    reads_standard_input=False,
)

main = PROGRAM.main
