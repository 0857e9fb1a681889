"""The catalogue of findings, and its documentation."""

from __future__ import annotations

import json
import re

from harness.workspace import REPOSITORY
from systems_manager_organization.findings import CATALOGUE

PAGE = REPOSITORY / "docs" / "reference" / "findings.md"
ROW = re.compile(r'^\| (?:<a id="[A-Z0-9_]+"></a>)?`([A-Z0-9_]+)` \| (error|warning|note) \|', re.MULTILINE)


def test_the_page_lists_every_code_with_its_severity() -> None:
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    assert dict(ROW.findall(page)) == {code: entry["severity"] for code, entry in catalogue.items()}


def test_the_page_lists_fixed_severities() -> None:
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    fixed = {code for code, entry in catalogue.items() if not entry["adjustable"]}
    page = PAGE.read_text(encoding="utf-8")
    assert "all but the first eight" in page
    assert fixed == {code for code, _ in ROW.findall(page)[:8]}
