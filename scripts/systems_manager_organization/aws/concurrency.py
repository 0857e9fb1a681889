"""Many questions at a time, some of which lead to more."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

# With 50 ms a call, as many as keep one processor busy with boto3; more only wait for each other. AssumeRole's quota is
# 600 a second: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MAX_WORKERS = 64

_ALLOCATIONS_BETWEEN_COLLECTIONS = 100_000

I = TypeVar("I")  # noqa: E741 - an item
R = TypeVar("R")

Task: TypeAlias = "Callable[[], Iterable[Task]]"
"""Something to do; it returns what is to be done next."""


def run_tasks(tasks: Iterable[Task]) -> None:
    """Does everything, and everything that follows from it, MAX_WORKERS at a time, in no order.

    Tasks are taken as there is room for them: those that AWS lists page by page begin before the last page is there,
    and what follows from them does not wait for the list. Raises what a task raises, once nothing is being done any
    more.
    """
    thresholds = gc.get_threshold()
    # Each call allocates enough to call the collector, which finds nothing: for a sixth of all processor time.
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS, *thresholds[1:])
    pool = _TaskPool()
    try:
        for task in tasks:
            pool.submit(task)
            pool.wait(max_pending=2 * MAX_WORKERS)
        pool.wait(max_pending=0)
    finally:
        gc.set_threshold(*thresholds)
        pool.shutdown()


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
        """Until no more than so many are left to do. Raises what a task raised."""
        with self._changed:
            self._threshold = max_pending
            self._changed.wait_for(lambda: self._pending <= max_pending or self._failure is not None)
        if self._failure is not None:
            raise self._failure

    def shutdown(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _run(self, task: Task) -> None:
        failure: BaseException | None = None
        try:
            for next_task in task():
                self.submit(next_task)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            failure = error
        with self._changed:
            self._pending -= 1
            self._failure = self._failure or failure
            # Not after each task: whoever is woken takes the interpreter from those who work.
            if self._pending <= self._threshold or self._failure is not None:
                self._changed.notify_all()
