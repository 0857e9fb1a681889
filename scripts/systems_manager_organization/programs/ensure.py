"""`ensure.py`: commands that make something true in AWS, and undo it. Terraform runs them as provisioners."""

from __future__ import annotations

from systems_manager_organization.cli.application import Program
from systems_manager_organization.installation import apply_settings

PROGRAM = Program(
    name="ensure.py",
    summary="""\
Makes something true in AWS for which Terraform has no resource. Looks first, changes only what differs, and looks
again: running it twice does nothing twice. `--action restore` puts back what was there before, and nothing else.""",
    commands=(apply_settings.COMMAND,),
    render=lambda sentence, _on_terminal: sentence,
    reads_standard_input=False,
)

main = PROGRAM.main
