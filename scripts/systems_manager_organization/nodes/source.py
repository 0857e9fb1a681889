"""Where the nodes come from: every account's API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from systems_manager_organization.aws.account_sessions import AccountSessions
from systems_manager_organization.compliance.sources.api import read_account_regions
from systems_manager_organization.nodes.reading import ACTIONS, AccountReader

if TYPE_CHECKING:
    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.compliance.sources.result_sink import ResultSink, Scope


@dataclass(frozen=True)
class NodesSource:
    """Calls the API from the management account; `member_role_name` as in `ApiSource`."""

    member_role_name: str

    def read(self, aws: AwsSession, scope: Scope, sink: ResultSink) -> None:
        """See `Source`."""
        members = AccountSessions(aws, self.member_role_name, ACTIONS)
        read_account_regions(aws, members, scope, sink, lambda session: AccountReader(session).read)
