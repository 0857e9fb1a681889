"""Organizations "can occasionally return an empty set of results even when more results are available": its API."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from systems_manager_organization.organizations.account_placement import AccountPlacement
from systems_manager_organization.organizations.accounts import get_ancestors, get_root_id
from systems_manager_organization.settings.setting import Setting
from unit.cases import ADMINISTRATOR, open_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from systems_manager_organization.aws.session import AwsSession

ROOT, UNIT, TOKEN = "r-ab12", "ou-ab12-34cd56ef", "next"
PAGES = {"ListRoots": "Roots", "ListParents": "Parents"}


def _answer(model: Any, params: dict[str, Any], **_: object) -> tuple[Any, dict[str, Any]]:
    """An empty page, and after it that of the root."""
    has_token = TOKEN in str(params["body"])
    page = {PAGES[model.name]: [{"Id": ROOT, "Name": "Root"}]} if has_token else {PAGES[model.name]: []}
    return SimpleNamespace(status_code=200), page if has_token else {**page, "NextToken": TOKEN}


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (get_root_id, ROOT),
        (lambda aws: get_ancestors(aws, UNIT), [UNIT, ROOT]),
        (lambda aws: AccountPlacement().current(aws, Setting("account-placement/x", ADMINISTRATOR)), ROOT),
    ],
)
@pytest.mark.usefixtures("aws")
def test_the_page_after_an_empty_one_is_read(read: Callable[[AwsSession], object], expected: object) -> None:
    with open_session() as session:
        events: Any = session.organizations.meta.events
        for name in PAGES:
            events.register(f"before-call.organizations.{name}", _answer)
        assert read(session) == expected
