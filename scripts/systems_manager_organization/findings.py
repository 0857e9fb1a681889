"""Findings, their severities, and the catalogue of codes, which Terraform reads too."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CATALOGUE = Path(__file__).with_name("findings.json")

ERROR, WARNING, NOTE, OFF = "error", "warning", "note", "off"
_ORDER = (ERROR, WARNING, NOTE)

SEVERITIES_RULE = f'a JSON object from a code to "{ERROR}", "{WARNING}" or "{OFF}"'


@dataclass(frozen=True)
class Finding:
    """A problem.

    Attributes:
        subject: the accounts, Regions or configurations.
        message: the problem and its consequence.
        remedy: what to do.
    """

    code: str
    subject: str
    message: str
    remedy: str


class Severities:
    """The severity of each code: the query's, or the catalogue's."""

    def __init__(self, text: str) -> None:
        """Reads a JSON object from a code to a severity. Raises QueryError."""
        catalogue: dict[str, dict[str, object]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
        self._by_code = {code: str(entry["severity"]) for code, entry in catalogue.items()}
        adjustable = sorted(code for code, entry in catalogue.items() if entry["adjustable"])
        for code, severity in _parse(text).items():
            if code not in adjustable:
                raise QueryError(f'severities holds "{code}", but the codes are {", ".join(adjustable)}.')
            if severity not in (ERROR, WARNING, OFF):
                raise QueryError(
                    f'severities makes {code} "{severity}", but it must be "{ERROR}", "{WARNING}" or "{OFF}".'
                )
            self._by_code[code] = str(severity)

    def of(self, code: str) -> str:
        return self._by_code[code]

    def is_enabled(self, *codes: str) -> bool:
        """Whether one of these is not off."""
        return any(self.of(code) != OFF for code in codes)

    def has_error(self, findings: Iterable[Finding]) -> bool:
        """Whether one of these stops a plan."""
        return any(self.of(finding.code) == ERROR for finding in findings)

    def note(self, code: str, message: str, remedy: str) -> dict[str, str]:
        """A note about a code, in the form of a finding."""
        return {"severity": NOTE, **asdict(Finding(code, "preflight", message, remedy))}

    def to_documents(self, findings: Iterable[Finding]) -> list[dict[str, str]]:
        """The findings that are not off as JSON-able objects with their `severity`, the worst first."""
        to_documents = [{"severity": self.of(finding.code), **asdict(finding)} for finding in findings]
        return sort_by_severity(finding for finding in to_documents if finding["severity"] != OFF)


def sort_by_severity(to_documents: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """The worst first, and otherwise by code and subject."""
    return sorted(
        to_documents, key=lambda finding: (_ORDER.index(finding["severity"]), finding["code"], finding["subject"])
    )


def _parse(text: str) -> Mapping[str, object]:
    try:
        parsed = json.loads(text)
    except ValueError as error:
        raise QueryError(f"severities is not JSON ({error}), but must be {SEVERITIES_RULE}.") from error
    return dict(parsed)
