from __future__ import annotations

import gc

from systems_manager_organization.aws.garbage_collection import paused_garbage_collection


def test_it_is_paused_and_goes_on() -> None:
    frozen = gc.get_freeze_count()
    with paused_garbage_collection():
        assert not gc.isenabled()
        kept = [{} for _ in range(10_000)]  # type: ignore[var-annotated]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(kept)
    gc.unfreeze()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        with paused_garbage_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
