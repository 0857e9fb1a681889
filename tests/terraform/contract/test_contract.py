"""Runs the test files of this folder with `terraform test`, one command per file, and reports each `run` as a test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from harness.results import TestReport
    from harness.workspace import Workspaces

_FOLDER = Path(__file__).parent
_TEST_DIRECTORY = str(_FOLDER.relative_to(REPOSITORY))
_RUN = re.compile(r'^run\s+"([^"]+)"', re.MULTILINE)


def _parameters() -> list[object]:
    return [
        pytest.param(file.name, run, id=f"{file.name.removesuffix('.tftest.hcl')}-{run}")
        for file in sorted(_FOLDER.glob("*.tftest.hcl"))
        for run in _RUN.findall(file.read_text())
    ]


@pytest.fixture(scope="module")
def reports(workspaces: Workspaces) -> Reports:
    return Reports(workspaces)


class Reports:
    """The results of each test file, run on first use."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._terraform = workspaces.checkout(".")
        self._terraform.init(test_directory=_TEST_DIRECTORY)
        self._by_file: dict[str, TestReport] = {}

    def of(self, file: str) -> TestReport:
        if file not in self._by_file:
            self._by_file[file] = self._terraform.test(_TEST_DIRECTORY, [f"{_TEST_DIRECTORY}/{file}"])
        return self._by_file[file]


@pytest.mark.parametrize(("file", "run"), _parameters())
def test_run(reports: Reports, file: str, run: str) -> None:
    report = reports.of(file)
    path = f"{_TEST_DIRECTORY}/{file}"
    outcome = report.runs.get((path, run))
    about_file = "\n\n".join(map(str, report.diagnostics_of(path)))
    if outcome is None:
        pytest.fail(f"Terraform did not report this run.\n{about_file}", pytrace=False)
    if outcome.status != "pass":
        details = "\n\n".join(map(str, outcome.diagnostics))
        pytest.fail(f"{outcome.status}\n{details}\n{about_file}".rstrip(), pytrace=False)
