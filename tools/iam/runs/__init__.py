"""The runs from whose calls the policies of docs/iam are: examples and modules, applied, changed and destroyed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.workspace import Workspaces
from tools.iam.roles import AUTOMATION, COMPLIANCE, CONSOLE, NODE_ACCESS, PREFERENCES, SCHEDULE, SETTINGS
from tools.iam.runs.compliance import run_compliance_report, run_compliance_reporting, run_compliance_schedule
from tools.iam.runs.examples import run_changes, run_complete
from tools.iam.runs.nodes import (
    run_account_settings,
    run_automation_across_accounts,
    run_just_in_time_node_access,
    run_nodes,
    run_session_manager_preferences,
    run_unified_console,
)
from tools.iam.runs.recorder import PermissionRecorder

Run = Callable[[PermissionRecorder, Workspaces], None]

# Of the modules whose policies no other run needs, by role.
RUNS_OF_MODULES: Mapping[str, Run] = {
    COMPLIANCE: run_compliance_reporting,
    SCHEDULE: run_compliance_schedule,
    SETTINGS: run_account_settings,
    CONSOLE: run_unified_console,
    AUTOMATION: run_automation_across_accounts,
    PREFERENCES: run_session_manager_preferences,
    NODE_ACCESS: run_just_in_time_node_access,
}
RUNS: Sequence[Run] = (
    run_complete,
    run_changes,
    run_nodes,
    run_compliance_report,
    *RUNS_OF_MODULES.values(),
)
