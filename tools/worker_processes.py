"""Worker processes that end with the command that started them."""

from __future__ import annotations

import multiprocessing
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

_Arguments = TypeVarTuple("_Arguments")


@contextmanager
def worker_processes(work: Callable[[*_Arguments], None], each: Sequence[tuple[*_Arguments]]) -> Iterator[None]:
    """Run `work` in one forked process for each tuple of arguments. They end before the block does.

    It waits for them; where it raises, they are terminated.
    """
    started: list[multiprocessing.Process] = []
    try:
        for arguments in each:
            with _held_back(signal.SIGTERM) as release:
                process = multiprocessing.Process(target=_work, args=(release, work, arguments))
                process.start()
                started.append(process)
        yield
    except BaseException:
        for process in started:
            process.terminate()
        raise
    finally:
        for process in started:
            process.join()


def _work(release: Callable[[], None], work: Callable[[*_Arguments], None], arguments: tuple[*_Arguments]) -> None:
    release()
    work(*arguments)


@contextmanager
def _held_back(number: signal.Signals) -> Iterator[Callable[[], None]]:
    """Handle the signal after the block, or where the returned function is called in a forked process.

    Between the fork and the line that remembers its process it would leave the process behind. It takes both: the
    kernel gives the signal to another thread where this one masks it, and what comes to the forked process before
    Python's own work after the fork is discarded there (_PySignal_AfterFork) unless it is masked.
    """
    received: list[int] = []

    def receive(which: int, _: FrameType | None) -> None:
        received.append(which)

    def release() -> None:
        signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        if received:
            signal.raise_signal(number)

    handler = signal.signal(number, receive)
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield release
    finally:
        release()
