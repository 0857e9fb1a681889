"""`report.py`: reports, and recovery from failures."""

from __future__ import annotations

from systems_manager_organization.cli.application import Program
from systems_manager_organization.compliance import command as compliance
from systems_manager_organization.explorer import ops_data
from systems_manager_organization.installation import adopt, leftovers, restore, service_settings
from systems_manager_organization.nodes import command as nodes
from systems_manager_organization.nodes.instances import NodeInstances
from systems_manager_organization.quick_setup import discard, explain, redeploy

PROGRAM: Program[str] = Program(
    name="report.py",
    summary=(
        "Explains failures of Quick Setup, recovers from them, and reports nodes, OpsData and patch compliance of the "
        "organization. Commands that change something ask for confirmation."
    ),
    commands=(
        explain.COMMAND,
        adopt.COMMAND,
        discard.COMMAND,
        redeploy.COMMAND,
        restore.COMMAND,
        leftovers.COMMAND,
        ops_data.COMMAND,
        compliance.command(NodeInstances),
        nodes.COMMAND,
        service_settings.COMMAND,
    ),
    render=lambda text, _on_terminal: text,
    reads_standard_input=False,
)

main = PROGRAM.main
