"""Deadlines: how many days after it was first seen a patch has to be installed, by its severity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# Those of vendors, of which `patches.RANKS` has the words.
SEVERITIES = ("critical", "high", "medium", "low", "unspecified")
# What the clock of a patch starts with: the first snapshot that has it on that node, or on any node.
FROM_NODE, FROM_ORGANIZATION = "node", "organization"
STARTS = (FROM_NODE, FROM_ORGANIZATION)


@dataclass(frozen=True)
class Preset:
    """The deadlines of a document. `days`: by severity; `note`: what the document is, and whether it is in force."""

    days: dict[str, int]
    note: str


# ASSUMPTION(deadline-presets): the days, and what is in force, as others report the documents. These count from other
# events: a release, a detection, the addition to a catalog, none of which AWS has.
PRESETS = {
    "bod-19-02": Preset(
        {"critical": 15, "high": 30},
        "CISA Binding Operational Directive 19-02, which BOD 26-04 revoked on 2026-06-10: not in force "
        "(https://www.cisa.gov/news-events/directives)",
    ),
    "fedramp-rev5": Preset(
        {"critical": 30, "high": 30, "medium": 90, "low": 180},
        "FedRAMP Rev 5 continuous monitoring, from detection: in force beside Vulnerability Detection and Response "
        "(https://www.fedramp.gov/docs/)",
    ),
    "pci-dss-4.0.1": Preset(
        {"critical": 30},
        "PCI DSS 4.0.1 requirement 6.3.3, critical ones within a month of their release: in force "
        "(https://www.pcisecuritystandards.org/document_library/)",
    ),
}


@dataclass(frozen=True)
class Deadlines:
    """Days by severity. `start`: one of `STARTS`; `presets`: the names of those that were asked for."""

    days: dict[str, int] = field(default_factory=dict)
    start: str = FROM_NODE
    presets: tuple[str, ...] = ()

    @classmethod
    def of(cls, items: Iterable[str], start: str) -> Deadlines:
        """`items`: `critical=15d`, or the name of a preset; a later one replaces the days of an earlier one."""
        days: dict[str, int] = {}
        presets = []
        for item in (text.lower() for text in items):
            if item in PRESETS:
                days |= PRESETS[item].days
                presets.append(item)
            else:
                severity, _, number = item.partition("=")
                days[severity] = int(number.removesuffix("d"))
        return cls({name: days[name] for name in SEVERITIES if name in days}, start, tuple(presets))

    @property
    def description(self) -> str:
        """`critical 15 days, high 30 days`."""
        return ", ".join(f"{severity} {days} day{'' if days == 1 else 's'}" for severity, days in self.days.items())
