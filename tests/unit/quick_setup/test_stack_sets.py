"""What is read of StackSets where a call fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.quick_setup.stack_sets import failure_reasons, find_stack_sets_if_allowed

if TYPE_CHECKING:
    from collections.abc import Callable

READS: list[Callable[[Any], Any]] = [
    lambda aws: find_stack_sets_if_allowed(aws, ["ab1cd"]),
    lambda aws: failure_reasons(aws, ["AWS-QuickSetup-PatchPolicy-TA-ab1cd"]),
]


def failing(code: str) -> Any:
    """A session of which every call fails."""

    def paginate(*_arguments: object, **_parameters: object) -> NoReturn:
        raise ServiceError("cloudformation failed.", code)

    operations = dict.fromkeys(("list_stack_sets", "list_stack_set_operations"))
    return SimpleNamespace(paginate=paginate, cloudformation=SimpleNamespace(**operations))


@pytest.mark.parametrize("read", READS)
def test_where_it_is_denied_nothing_is_read(read: Callable[[Any], Any]) -> None:
    assert not read(failing("AccessDenied"))


@pytest.mark.parametrize("read", READS)
def test_another_failure_is_no_empty_answer(read: Callable[[Any], Any]) -> None:
    with pytest.raises(ServiceError) as raised:
        read(failing("Throttling"))
    assert raised.value.code == "Throttling"
