"""Concurrent tasks."""

from __future__ import annotations

import gc
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest

from systems_manager_organization.aws.concurrency import MAX_WORKERS, map_concurrently, run_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems_manager_organization.aws.concurrency import Task


def test_returned_tasks_run_as_well() -> None:
    done: list[int] = []

    def task(depth: int) -> list[Task]:
        done.append(depth)
        return [partial(task, depth - 1)] * 2 if depth else []

    run_tasks([partial(task, 6), partial(task, 6)])
    assert [done.count(depth) for depth in range(7)] == [128, 64, 32, 16, 8, 4, 2]


def test_max_workers_run_concurrently() -> None:
    barrier = threading.Barrier(MAX_WORKERS, timeout=30)
    running, maximum = 0, 0
    lock = threading.Lock()

    def task(_: int) -> None:
        nonlocal running, maximum
        with lock:
            running += 1
            maximum = max(maximum, running)
        barrier.wait()
        with lock:
            running -= 1

    map_concurrently(task, range(3 * MAX_WORKERS))
    assert maximum == MAX_WORKERS


def test_items_are_taken_as_workers_are_free() -> None:
    pending, maximum = 0, 0
    lock = threading.Lock()

    def items() -> Iterator[int]:
        nonlocal pending, maximum
        for number in range(10 * MAX_WORKERS):
            with lock:
                pending += 1
                maximum = max(maximum, pending)
            yield number

    def task(_: int) -> None:
        nonlocal pending
        with lock:
            pending -= 1

    map_concurrently(task, items())
    assert pending == 0
    assert maximum <= 2 * MAX_WORKERS + 1


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_of_a_task_is_raised_and_the_gc_threshold_restored(kind: type[BaseException]) -> None:
    threshold = gc.get_threshold()

    def task(number: int) -> None:
        if number == 5:
            raise kind("no")

    with pytest.raises(kind):
        map_concurrently(task, range(1000))
    assert gc.get_threshold() == threshold
