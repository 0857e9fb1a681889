from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from systems_manager_organization.aws.garbage_collection import pause_garbage_collection, resume_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_what_was_created_in_a_pause_is_not_looked_through() -> None:
    gc.unfreeze()
    pause_garbage_collection()
    assert not gc.isenabled()
    resume_garbage_collection()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_without_a_pause_nothing_changes() -> None:
    gc.unfreeze()
    resume_garbage_collection()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
