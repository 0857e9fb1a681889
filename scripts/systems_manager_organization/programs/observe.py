"""`observe.py`: commands that only read. Terraform runs them at every plan."""

from __future__ import annotations

from systems_manager_organization.cli.application import Program
from systems_manager_organization.cli.terminal import render_strings
from systems_manager_organization.installation import (
    existing_resource_observation,
    explorer_observation,
    observation,
    service_settings,
)
from systems_manager_organization.preflight import bucket_findings
from systems_manager_organization.preflight import command as preflight
from systems_manager_organization.quick_setup import deployments
from systems_manager_organization.unified_console import observation as unified_console

PROGRAM = Program(
    name="observe.py",
    summary="Reads from AWS what no Terraform data source can read. Changes nothing.",
    commands=(
        observation.COMMAND,
        preflight.COMMAND,
        deployments.COMMAND,
        explorer_observation.COMMAND,
        existing_resource_observation.COMMAND,
        service_settings.OBSERVATION,
        bucket_findings.COMMAND,
        unified_console.COMMAND,
    ),
    render=render_strings,
    reads_standard_input=True,
)

main = PROGRAM.main
