"""The accounts of a report, where the organization changes while they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems_manager_organization.compliance.sources.organization_tree import list_accounts_with_ou
from systems_manager_organization.compliance.sources.result_sink import Scope
from unit.cases import ADMINISTRATOR, move_account, open_session, parent, root_id, unit_id

if TYPE_CHECKING:
    from sandbox import Sandbox


def test_an_account_that_is_moved_meanwhile_is_read_once(aws: Sandbox) -> None:
    later = unit_id(aws, "Later")
    if parent(aws) != root_id(aws):
        move_account(aws, root_id(aws))
    with open_session() as session:
        listed = list_accounts_with_ou(session, Scope())
        found = [next(listed).account.id]
        move_account(aws, later)
        found += [one.account.id for one in listed]
    assert found.count(ADMINISTRATOR) == 1
    assert len(found) == len(set(found))
