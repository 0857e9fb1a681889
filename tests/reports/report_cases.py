"""Public reports of people who do this job, as cases: one file for each subject.

A case has the address of the report, what was reported, what is right here, and how it is tried. Either

- `test`: a test that stands elsewhere, as `unit/aws/test_session.py::test_a_profile_is_used`, with the id of a
  parameter in brackets; or
- `module`, `variables` and `refuses` (or an empty list: they are accepted): a module call, as in
  terraform/contract/refusals.yaml, tried there; or
- `run`: a program and its arguments, in an `organization` (a scenario document, added to `bare`), with `account`,
  `environment`, `query` and `faults` (sandbox.faults.Fault); with `status`, and the texts that its output has
  (`says`) and has not (`never`). `before` is `red` or `green`: what it was on the code before these reports were looked
  at, if it was tried there. `fails` is the reason with which a deployment has failed before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class ReportCase:
    """A public report."""

    subject: str
    report: str
    reported: str
    right: str
    before: str = ""
    test: str = ""
    module: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    refuses: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    organization: dict[str, Any] = field(default_factory=dict)
    fails: str = ""
    account: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] | None = None
    faults: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    says: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """`subject-owner/name/issues/1`."""
        return f"{self.subject}-{self.report.removeprefix('https://github.com/')}"

    @property
    def tried_by(self) -> str:
        """The test, as pytest names it below `tests`."""
        if self.module:
            return f"terraform/contract/test_refusals.py::test_refusal[{self.module}: …]"
        return self.test or f"reports/test_reports.py::test_what_the_scripts_say[{self.id}]"


@cache
def report_cases() -> tuple[ReportCase, ...]:
    """Every case of every file."""
    return tuple(
        ReportCase(subject=file.stem, **case)
        for file in sorted(_FOLDER.glob("*.yaml"))
        for case in yaml.load(file.read_text(), yaml.CSafeLoader)
    )
