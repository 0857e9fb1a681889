"""The typed output of Terraform commands: diagnostics, plans, applies and the runs of `terraform test`.

Terraform's machine-readable output: https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from harness import HarnessError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

Message = dict[str, Any]


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning; `address` is that of the resource concerned, or empty."""

    severity: Literal["error", "warning"]
    summary: str
    detail: str = ""
    address: str = ""
    file: str = ""
    line: int = 0

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Diagnostic:
        place = document.get("range") or {}
        return cls(
            severity=document["severity"],
            summary=document["summary"],
            detail=document.get("detail", ""),
            address=document.get("address", ""),
            file=place.get("filename", ""),
            line=place.get("start", {}).get("line", 0),
        )

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        return f"{self.severity}: {self.summary}{place}\n{self.detail}".rstrip()


@dataclass(frozen=True)
class Change:
    """The planned change of one resource.

    `action`: create, read, update, replace, delete, remove, import or move.
    """

    address: str
    action: str
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """A check block, or the conditions of a resource, output or variable, with the messages of failed conditions."""

    address: str
    status: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The messages of one command, oldest first. `text` is its other output."""

    messages: tuple[Message, ...]
    text: str = ""
    seconds: float = 0.0

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return tuple(Diagnostic.parse(message["diagnostic"]) for message in self.of("diagnostic"))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.severity == "warning")

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(diagnostic for diagnostic in self.diagnostics if diagnostic.severity == "error")

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """Output values by name; for a plan, those that are known."""
        found: dict[str, Any] = {}
        for message in self.of("outputs"):
            found.update({name: output["value"] for name, output in message["outputs"].items() if "value" in output})
        return found

    def of(self, *types: str) -> tuple[Message, ...]:
        """The messages of these types."""
        return tuple(message for message in self.messages if message.get("type") in types)


@dataclass(frozen=True)
class Plan(Report):
    """A plan. `document` runs `terraform show`, once."""

    is_empty: bool = True
    _show: Callable[[], dict[str, Any]] = field(default=dict, repr=False, compare=False)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return tuple(_change(message["change"]) for message in self.of("planned_change"))

    @cached_property
    def drift(self) -> tuple[Change, ...]:
        """Changes outside of Terraform."""
        return tuple(_change(message["change"]) for message in self.of("resource_drift"))

    def actions(self) -> dict[str, str]:
        """The action of each address that changes."""
        return {change.address: change.action for change in self.changes}

    @cached_property
    def document(self) -> dict[str, Any]:
        """The plan as `terraform show -json` prints it, with sensitive values."""
        return self._show()

    @cached_property
    def checks(self) -> dict[str, Check]:
        """The checks and conditions by address."""
        return {check.address: check for check in map(_check, self.document.get("checks", ()))}

    def after(self, address: str) -> dict[str, Any]:
        """The known planned attributes of one resource. Raises KeyError."""
        for change in self.document.get("resource_changes", ()):
            if change["address"] == address:
                return dict(change["change"]["after"] or {})
        raise KeyError(address)

    def __str__(self) -> str:
        lines = [f"{change.action} {change.address}" for change in self.changes]
        lines += [f"{change.action} {change.address} (outside of Terraform)" for change in self.drift]
        lines += [
            f"{output['action']} output.{name}"
            for message in self.of("outputs")
            for name, output in message["outputs"].items()
            if output.get("action", "noop") != "noop"
        ]
        return "\n".join([*lines, *map(str, self.diagnostics)]) or "no changes"


@dataclass(frozen=True)
class Apply(Report):
    """A successful apply or destroy."""

    @property
    def added(self) -> int:
        return self._count("add")

    @property
    def changed(self) -> int:
        return self._count("change")

    @property
    def destroyed(self) -> int:
        return self._count("remove")

    @property
    def imported(self) -> int:
        return self._count("import")

    @cached_property
    def provisioner_lines(self) -> tuple[str, ...]:
        """The output of provisioners."""
        return tuple(str(message["hook"]["output"]) for message in self.of("provision_progress"))

    def _count(self, kind: str) -> int:
        return next(
            (
                int(message["changes"][kind])
                for message in reversed(self.of("change_summary"))
                if message["changes"]["operation"] != "plan"
            ),
            0,
        )


@dataclass(frozen=True)
class TestRun:
    """One `run` block of a test file. `status` is pass, fail, error, skip or pending."""

    __test__ = False

    file: str
    name: str
    status: str
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class TestReport(Report):
    """The results of `terraform test`."""

    __test__ = False

    @cached_property
    def runs(self) -> dict[tuple[str, str], TestRun]:
        """The runs by file and name."""
        return {
            (run["path"], run["run"]): TestRun(
                run["path"], run["run"], run["status"], self.diagnostics_of(run["path"], run["run"])
            )
            for message in self.of("test_run")
            if (run := message["test_run"]).get("status")
        }

    def diagnostics_of(self, file: str, run: str | None = None) -> tuple[Diagnostic, ...]:
        """The diagnostics of a run, or, without one, of the file outside of its runs."""
        return tuple(
            Diagnostic.parse(message["diagnostic"])
            for message in self.of("diagnostic")
            if message.get("@testfile") == file and message.get("@testrun") == run
        )


class TerraformError(Exception):
    """A command failed. The text is its diagnostics; `report` is its output."""

    def __init__(self, command: Sequence[str], status: int, report: Report) -> None:
        output = "\n\n".join(map(str, report.diagnostics)) or report.text or "(no output)"
        super().__init__(f"terraform {' '.join(command)} ended with {status}:\n{output}")
        self.command = tuple(command)
        self.status = status
        self.report = report

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.report.diagnostics


class TerraformTimeoutError(HarnessError):
    """A command reached its timeout and was killed with its plugins."""


def parse_messages(output: str) -> tuple[tuple[Message, ...], str]:
    """Split the output of a command with -json into its messages and other text."""
    messages: list[Message] = []
    text: list[str] = []
    for line in output.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            text.append(line)
            continue
        if isinstance(message, dict) and "@level" in message:
            messages.append(message)
        else:
            text.append(line)
    return tuple(messages), "\n".join(text).strip()


def _change(document: Mapping[str, Any]) -> Change:
    return Change(document["resource"]["addr"], document["action"], document.get("reason", ""))


def _check(document: Mapping[str, Any]) -> Check:
    return Check(
        address=document["address"]["to_display"],
        status=document["status"],
        problems=tuple(_problems(document.get("instances", ()))),
    )


def _problems(instances: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for instance in instances:
        for problem in instance.get("problems", ()):
            yield problem["message"]
