"""What Quick Setup does where AWS's sources can be read in several ways: the sandbox does either."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

ConfigurationRows = Literal["account-regions", "definitions"]


@dataclass
class Behavior:
    """The switches; a scenario has them as `quick_setup`, and a running sandbox as `sandbox.quick_setup`.

    `configuration_rows`: ListConfigurations has a row for each account and Region that a definition is deployed to, or
    one for each definition, in the account and Region that asks. The model calls them "configurations deployed by Quick
    Setup in the requesting Amazon Web Services account and Amazon Web Services Region", which can be read as either:
    ASSUMPTION(list-configurations-rows).
    `executions_first`: StatusSummaries has AsyncExecutions before Deployment; the model gives the list no order.
    """

    configuration_rows: ConfigurationRows = "account-regions"
    executions_first: bool = False

    def set(self, other: Behavior) -> None:
        """Behave as the other."""
        for known in fields(self):
            setattr(self, known.name, getattr(other, known.name))


behavior = Behavior()
