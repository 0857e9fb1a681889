"""The catalogue of findings, and what the README says of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from systems_manager_organization.findings import CATALOGUE

ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (error|warning) \|", re.MULTILINE)


def test_the_readme_lists_every_code_with_its_severity() -> None:
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert dict(ROW.findall(readme)) == {code: entry["severity"] for code, entry in catalogue.items()}


def test_the_readme_says_which_severities_are_fixed() -> None:
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    fixed = {code for code, entry in catalogue.items() if not entry["adjustable"]}
    readme = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    assert "all but the first seven" in readme
    assert fixed == {code for code, _ in ROW.findall(readme)[:7]}
