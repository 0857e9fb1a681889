"""`ensure.py`: verbs that make something true in AWS, and undo it. Terraform runs them as provisioners."""

from __future__ import annotations

from systems_manager_organization import (
    account_placement,
    configuration_clearance,
    configuration_registration,
    delegated_administrator_departure,
    quick_setup_settings,
    resource_data_sync,
    service_linked_role,
    stack_sets_access,
    trusted_access,
)
from systems_manager_organization.command_line import Program

PROGRAM = Program(
    name="ensure.py",
    summary="""\
Makes something true in AWS for which Terraform has no resource. Looks first, changes only what differs, and looks
again: running it twice does nothing twice. `--action restore` puts back what was there before, and nothing else.""",
    verbs=(
        trusted_access.VERB,
        stack_sets_access.VERB,
        account_placement.VERB,
        service_linked_role.VERB,
        quick_setup_settings.VERB,
        configuration_clearance.VERB,
        configuration_registration.VERB,
        resource_data_sync.VERB,
        delegated_administrator_departure.VERB,
    ),
    render=lambda sentence, _on_terminal: sentence,
    reads_standard_input=False,
)

main = PROGRAM.main
