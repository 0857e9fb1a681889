"""How a configuration stands, for eyes: accounts by Regions, and the reasons below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.standing import FAILING, IN_PROGRESS, NOT_DEPLOYED, STATES, SUCCEEDED, Standing

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_STYLES = {SUCCEEDED: "green", IN_PROGRESS: "yellow", FAILING: "bold red", NOT_DEPLOYED: "dim"}


def matrix(standing: Standing) -> Table:
    """One row for each account, one column for each Region. Only to be called where there is rich."""
    from rich.table import Table
    from rich.text import Text

    regions = sorted({region for _, region in standing.states})
    configuration = standing.configuration
    table = Table(title=f"{configuration.name} ({configuration.type})", title_justify="left")
    table.add_column("account", no_wrap=True)
    for region in regions:
        table.add_column(region)
    for account_id in sorted({account_id for account_id, _ in standing.states}):
        places = (standing.states.get((account_id, region)) for region in regions)
        cells = [Text(words(place.state), style=_STYLES[place.state]) if place else Text("") for place in places]
        table.add_row(f"{account_id} {standing.accounts[account_id].name}".strip(), *cells)
    return table


def summary(standing: Standing) -> Text:
    """How many places are in each state, and why, where that is not what was wanted."""
    from rich.text import Text

    counts = ", ".join(f"{standing.count(state)} {words(state)}" for state in STATES if standing.count(state))
    lines = [f"{counts or 'Nobody is targeted'}. Nodes: {words(standing.association_status.lower())}."]
    lines += [
        f"{account_id} {region}: {place.reason}"
        for (account_id, region), place in standing.states.items()
        if place.reason
    ]
    return Text("\n".join(lines) + "\n")


def words(state: str) -> str:
    """`not_deployed` as people write it."""
    return state.replace("_", " ")
