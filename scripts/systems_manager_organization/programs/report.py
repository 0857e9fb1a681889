"""`report.py`: reports, and recovery from failures."""

from __future__ import annotations

from functools import partial

from systems_manager_organization.cli.application import Command, Program, load_command


def _compliance() -> Command[str]:
    from systems_manager_organization.compliance import command
    from systems_manager_organization.nodes.instances import NodeInstances

    return command.command(NodeInstances)


PROGRAM: Program[str] = Program(
    name="report.py",
    summary=(
        "Explains failures of Quick Setup and of automations, recovers from failed deployments, and reports nodes, "
        "OpsData and patch compliance of the organization. Commands that change something ask for confirmation."
    ),
    loaders={
        "explain": partial(load_command, "automation.explain:COMMAND"),
        "adopt": partial(load_command, "installation.adopt:COMMAND"),
        "discard": partial(load_command, "quick_setup.discard:COMMAND"),
        "redeploy": partial(load_command, "quick_setup.redeploy:COMMAND"),
        "restore": partial(load_command, "installation.restore:COMMAND"),
        "leftovers": partial(load_command, "installation.leftovers:COMMAND"),
        "ops-data": partial(load_command, "explorer.ops_data:COMMAND"),
        "compliance": _compliance,
        "nodes": partial(load_command, "nodes.command:COMMAND"),
        "service-settings": partial(load_command, "installation.service_settings:COMMAND"),
        "unified-console": partial(load_command, "unified_console.readiness:COMMAND"),
        "session-preferences": partial(load_command, "session_manager.preferences:COMMAND"),
    },
    render=lambda text, _on_terminal: text,
    reads_standard_input=False,
)

main = PROGRAM.main
