"""`observe.py`: commands that only read. Terraform runs them at every plan."""

from __future__ import annotations

from functools import partial

from systems_manager_organization.cli.application import Program, load_command
from systems_manager_organization.cli.terminal import render_strings

PROGRAM: Program[dict[str, str]] = Program(
    name="observe.py",
    summary="Reads from AWS what no Terraform data source can read. Changes nothing.",
    loaders={
        "organization": partial(load_command, "installation.observation:COMMAND"),
        "preflight": partial(load_command, "preflight.command:COMMAND"),
        "deployments": partial(load_command, "quick_setup.deployments:COMMAND"),
        "resource-data-sync": partial(load_command, "installation.explorer_observation:COMMAND"),
        "existing-resources": partial(load_command, "installation.existing.observation:COMMAND"),
        "service-settings": partial(load_command, "installation.service_settings:OBSERVATION"),
        "log-buckets": partial(load_command, "preflight.bucket_findings:COMMAND"),
        "unified-console": partial(load_command, "unified_console.observation:COMMAND"),
    },
    render=render_strings,
    reads_standard_input=True,
)

main = PROGRAM.main
