"""Runs the programs in this process, and returns their outcome."""

from __future__ import annotations

import functools
import io
import json
import time
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from botocore.loaders import JSONFileLoader

from systems_manager_organization.aws.session import botocore_session
from systems_manager_organization.clock import Clock
from systems_manager_organization.programs import ensure, observe, report

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from systems_manager_organization.aws.session import SessionFactory
    from systems_manager_organization.cli.application import Program

MANAGEMENT = "111111111111"
REGION = "us-east-1"


class TerminalText(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Outcome:
    """What a run ended with. `pauses` are the seconds that it would have slept, one by one."""

    status: int
    stdout: str
    stderr: str
    pauses: list[float] = field(default_factory=list)

    @property
    def result(self) -> dict[str, str]:
        parsed: dict[str, str] = json.loads(self.stdout)
        return parsed


class Run(Protocol):
    """Runs `observe.py`, `ensure.py` or `report.py` (the first argument) with the other arguments.

    `query` is handed over as Terraform does, with the management account and us-east-1 filled in. `on_pause` is called
    with the seconds of each pause, without sleeping.
    """

    def __call__(
        self,
        program: str,
        *arguments: str,
        stdin: io.TextIOBase | None = None,
        terminal: bool = False,
        session_factory: SessionFactory = botocore_session,
        query: dict[str, Any] | None = None,
        on_pause: Callable[[float], object] = ...,
        time: Callable[[], float] = ...,
    ) -> Outcome: ...


def query_text(query: dict[str, Any]) -> str:
    return json.dumps({"account_id": MANAGEMENT, "region": REGION, **query})


@pytest.fixture
def run() -> Run:
    def run(
        program: str,
        *arguments: str,
        stdin: io.TextIOBase | None = None,
        terminal: bool = False,
        session_factory: SessionFactory = botocore_session,
        query: dict[str, Any] | None = None,
        on_pause: Callable[[float], object] = lambda _seconds: None,
        time: Callable[[], float] = time.time,
    ) -> Outcome:
        programs: dict[str, Program[Any]] = {
            "observe": observe.PROGRAM,
            "ensure": ensure.PROGRAM,
            "report": report.PROGRAM,
        }
        if query is not None and program == "observe":
            stdin = io.StringIO(query_text(query))
        elif query is not None:
            arguments = (*arguments, query_text(query))
        stdout, stderr = (TerminalText(), TerminalText()) if terminal else (io.StringIO(), io.StringIO())
        pauses: list[float] = []

        def sleep(seconds: float) -> None:
            pauses.append(seconds)
            on_pause(seconds)

        status = programs[program].main(
            arguments,
            stdin=stdin or io.StringIO(),  # type: ignore[arg-type]
            stdout=stdout,
            stderr=stderr,
            session_factory=session_factory,
            clock=Clock(now=lambda: sum(pauses), sleep=sleep, time=time),
        )
        return Outcome(status, stdout.getvalue(), stderr.getvalue(), pauses)

    return run


@pytest.fixture
def act_as(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts the keys of an account's administrator into the environment."""

    def act_as(account_id: str) -> None:
        for name, value in sandbox.environment(account_id).items():
            monkeypatch.setenv(name, value)

    return act_as


@pytest.fixture(scope="session")
def load_once() -> Callable[[object, str], Any]:
    """botocore's data files, loaded once each: every session would parse them again."""
    read = JSONFileLoader().load_file
    load = functools.cache(read)
    # botocore takes the bucket out of the paths of S3's operations, in what it has read and the sandbox reads as well.
    return lambda _loader, path: read(path) if "/s3/" in path else load(path)


@pytest.fixture
def aws(
    sandbox: Sandbox,
    act_as: Callable[[str], None],
    inspectors: Callable[..., Any],
    load_once: Callable[[object, str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Sandbox:
    """The sandbox, reached through the environment as its management account, where botocore's retries do not wait."""
    act_as(MANAGEMENT)
    monkeypatch.setattr(sandbox, "client", inspectors)
    monkeypatch.setattr(JSONFileLoader, "load_file", load_once)
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None, time=time.time))
    monkeypatch.setattr("botocore.retries.bucket.TokenBucket.acquire", lambda *_arguments, **_options: True)
    return sandbox


@pytest.fixture
def api_calls(aws: Sandbox) -> Callable[[], list[str]]:
    """The calls of AWS since the last time, in order: `["sts:GetCallerIdentity", ...]`."""
    returned = 0

    def api_calls() -> list[str]:
        nonlocal returned
        calls = aws.calls[returned:]
        returned += len(calls)
        return [f"{call.service}:{call.operation}" for call in calls]

    return api_calls
