"""The deployment status of a configuration as a table of accounts by Regions, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.account_region import describe
from systems_manager_organization.plain_text import plain_line
from systems_manager_organization.quick_setup.deployment_status import (
    FAILED,
    IN_PROGRESS,
    NOT_DEPLOYED,
    STATES,
    SUCCEEDED,
    DeploymentStatus,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table
    from rich.text import Text

    from systems_manager_organization.account_region import AccountRegion

# In characters, for standard output that is not a terminal.
UNLIMITED_WIDTH = 10_000
# The longest state, and the longest Region on two lines; rich separates columns by 3.
_CELL = 12 + 3
_STYLES = {SUCCEEDED: "green", IN_PROGRESS: "yellow", FAILED: "bold red", NOT_DEPLOYED: "dim"}


def matrices(deployment: DeploymentStatus, width: int) -> list[Table]:
    """One row for each account, one column for each Region; several tables if `width` characters are too few.

    Requires rich.
    """
    regions = sorted({region for _, region in deployment.states})
    accounts = {
        account_id: _format_account(deployment, account_id)
        for account_id in sorted({account_region[0] for account_region in deployment.states})
    }
    account_width = max(map(len, (*accounts.values(), "account"))) + 4
    columns = max((width - account_width) // _CELL, 1)
    parts = [regions[start : start + columns] for start in range(0, len(regions), columns)] or [[]]
    tables = [_matrix(deployment, accounts, part) for part in parts]
    tables[0].title = plain_line(f"{deployment.configuration.name} ({deployment.configuration.type})")
    return tables


def _matrix(deployment: DeploymentStatus, accounts: dict[str, str], regions: Sequence[str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title_justify="left")
    table.add_column("account", no_wrap=True)
    for region in regions:
        table.add_column(region.replace("-", "-\n", 1))
    for account_id, name in accounts.items():
        states = (deployment.states.get((account_id, region)) for region in regions)
        table.add_row(
            name, *(Text(humanize(state.state), style=_STYLES[state.state]) if state else "" for state in states)
        )
    return table


def _format_account(deployment: DeploymentStatus, account_id: str) -> str:
    return plain_line(f"{account_id} {deployment.accounts[account_id].name}".strip())


def summary(deployment: DeploymentStatus) -> Text:
    """The number of accounts and Regions in each state, and the reasons of failures."""
    from rich.text import Text

    counts = ", ".join(f"{deployment.count(state)} {humanize(state)}" for state in STATES if deployment.count(state))
    lines = [f"{counts or 'No account is targeted'}. Nodes: {humanize(deployment.association_status.lower())}."]
    if deployment.deployment_error:
        lines.append(f"The deployment as a whole is {deployment.deployment_status}: {deployment.deployment_error}")
    lines += [
        f"{describe(account_regions)}: {reason}" for (_, reason), account_regions in _by_reason(deployment).items()
    ]
    return Text("\n".join(map(plain_line, lines)) + "\n")


def _by_reason(deployment: DeploymentStatus) -> dict[tuple[str, str], list[AccountRegion]]:
    """By account and reason, so that an account has one line for all Regions with the same reason."""
    found: dict[tuple[str, str], list[AccountRegion]] = {}
    for account_region, state in deployment.states.items():
        if state.reason:
            found.setdefault((account_region[0], state.reason), []).append(account_region)
    return found


def humanize(state: str) -> str:
    """`not deployed` for `not_deployed`."""
    return state.replace("_", " ")
