"""A fork server: `hand_over` passes the environment, working directory and streams of a process to a fork of it."""

from __future__ import annotations

import marshal
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from harness import HarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import NoReturn


def start_fork_server(module: str, arguments: Sequence[str], folder: Path) -> subprocess.Popen[str]:
    """Start a module that calls `serve_forks`; it ends when its standard input is closed. Raises HarnessError."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Ctrl-C at the terminal must reach Terraform first; this process ends when its stdin is closed.
        start_new_session=True,
    )
    if process.stdout is None or process.stdout.readline() != "ready\n":
        process.communicate()
        raise HarnessError(f"The fork server {module} does not start: see its stderr above.")
    return process


def serve_forks(address: str, run: Callable[[list[str]], int]) -> NoReturn:
    """Fork for every process that is handed over, until the parent process closes stdin; `run` is what a fork does.

    `run` gets the arguments of `hand_over`, and returns the exit status.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(64)
        print("ready", flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        threading.Thread(target=_end_with_parent, daemon=True).start()
        while True:
            launcher, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _run(launcher, run)
            launcher.close()


def _end_with_parent() -> None:
    os.read(0, 1)
    os._exit(0)


def _run(launcher: socket.socket, run: Callable[[list[str]], int]) -> None:
    end = os._exit

    def report(status: int) -> NoReturn:
        launcher.sendall(bytes([status]))
        end(status)

    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        arguments = _receive_process(launcher)
        threading.Thread(target=_end_with_launcher, args=(launcher,), daemon=True).start()
        # What ends by it reports its status too.
        os._exit = report
        status = run(arguments)
    finally:
        # sys.exit would run the exit handlers of the fork server and wait for its threads.
        report(status)


def _receive_process(launcher: socket.socket) -> list[str]:
    """Become the process of the launcher, and return its arguments."""
    head, streams, _, _ = socket.recv_fds(launcher, 8, 3)
    size = int.from_bytes(head, "big")
    with launcher.makefile("rb", buffering=0) as stream:
        document = bytearray()
        while len(document) < size:
            document += stream.read(size - len(document)) or _disconnected()
    process = marshal.loads(document)  # noqa: S302 - from the launcher, over a private socket
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(process["directory"])
    os.environ.clear()
    os.environ.update(process["environment"])
    arguments: list[str] = process["arguments"]
    return arguments


def _disconnected() -> bytes:
    raise ConnectionError("the launcher disconnected")


def _end_with_launcher(launcher: socket.socket) -> None:
    launcher.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)
