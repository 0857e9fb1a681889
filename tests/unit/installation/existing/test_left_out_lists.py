"""A list that AWS's model does not require, and that an answer leaves out: nothing exists."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from systems_manager_organization.installation.existing.finders import FINDERS
from unit.cases import open_session


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("finder", "service", "operation"),
    [
        ("alarm_names", "cloudwatch", "DescribeAlarms"),
        ("project_names", "codebuild", "BatchGetProjects"),
    ],
)
def test_nothing_exists(finder: str, service: str, operation: str) -> None:
    with open_session() as session:
        events: Any = session.client(service).meta.events
        events.register(f"before-call.*.{operation}", lambda **_: (SimpleNamespace(status_code=200), {}))
        assert FINDERS[finder](session, "report") is None
