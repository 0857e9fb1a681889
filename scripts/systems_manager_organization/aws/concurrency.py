"""Concurrent tasks, which may return further tasks."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

# More would wait for the one processor that Python uses, and not for AWS. AssumeRole's quota is 600 a second:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_WORKERS = 64

# Python's own 700 are fewer than those of the calls in progress. botocore leaves cycles, which take memory until then.
_ALLOCATIONS_BETWEEN_COLLECTIONS = 10_000

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")

Task: TypeAlias = "Callable[[], Iterable[Task]]"
"""A function that returns further tasks."""


def run_tasks(tasks: Iterable[Task]) -> None:
    """Runs all tasks, and the tasks that they return, MAX_WORKERS at a time, in no order.

    Tasks are taken from the iterable as workers are free, so that those of a paginated list start before its last page
    is fetched. Raises what a task raises, once no task is running; but KeyboardInterrupt at once.
    """
    thresholds = gc.get_threshold()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, *thresholds[1:])
    pool = _TaskPool()
    waits = True
    try:
        for task in tasks:
            pool.submit(task)
            pool.wait(max_pending=2 * MAX_WORKERS)
        pool.wait(max_pending=0)
    except KeyboardInterrupt:
        # A task may wait for AWS for minutes.
        waits = False
        raise
    finally:
        gc.set_threshold(*thresholds)
        pool.shutdown(waits=waits)


def map_concurrently(function: Callable[[I], R], items: Iterable[I]) -> list[R]:
    """`function` of every item, in no order. Raises what it raises."""
    results: list[R] = []

    def task(item: I) -> Iterable[Task]:
        results.append(function(item))
        return ()

    run_tasks(partial(task, item) for item in items)
    return results


class _TaskPool:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MAX_WORKERS)
        self._pending = 0
        self._threshold = 0
        self._changed = Condition()
        self._failure: BaseException | None = None

    def submit(self, task: Task) -> None:
        with self._changed:
            self._pending += 1
        self._threads.submit(self._run, task)

    def wait(self, max_pending: int) -> None:
        """Waits until at most so many tasks are pending. Raises what a task raised."""
        with self._changed:
            self._threshold = max_pending
            self._changed.wait_for(lambda: self._pending <= max_pending or self._failure is not None)
        if self._failure is not None:
            raise self._failure

    def shutdown(self, *, waits: bool) -> None:
        self._threads.shutdown(wait=waits, cancel_futures=True)

    def _run(self, task: Task) -> None:
        failure: BaseException | None = None
        try:
            for next_task in task():
                self.submit(next_task)
        except BaseException as error:  # noqa: BLE001 - `wait` raises it
            failure = error
        with self._changed:
            self._pending -= 1
            self._failure = self._failure or failure
            # Not after each task: the waiting thread would take the interpreter from the workers.
            if self._pending <= self._threshold or self._failure is not None:
                self._changed.notify_all()
