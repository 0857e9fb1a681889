"""The reasons for which tests of moto fail in the sandbox: `listed.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LISTED = Path(__file__).with_name("listed.yaml")

STRICTER, ABSENT, OWN = "stricter", "absent", "own"
KINDS = (STRICTER, ABSENT, OWN)


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why tests of moto fail.

    `kind`:

    - `stricter`: AWS does otherwise than moto, by its `page`, or by botocore's `model`: a member of an operation that
      has a constraint, as `iam:CreateRole.Path`;
    - `absent`: the sandbox does not have it, refuses it as such, and the module never calls it;
    - `own`: moto's own data, objects or wording is expected, of which AWS's documents say nothing.

    `shows`: texts, one of which every such failure has. `tests`: patterns, in which ? also stands for a bracket.
    `may_pass`: whether they pass in some runs.
    """

    kind: str
    because: str
    shows: tuple[str, ...]
    tests: tuple[str, ...]
    page: str = ""
    model: str = ""
    may_pass: bool = False

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Reason:
        """From an entry of the file."""
        return cls(**{**entry, "shows": tuple(entry["shows"]), "tests": tuple(entry["tests"])})

    @property
    def text(self) -> str:
        """The reason with its page or its model."""
        return f"{self.because} {self.page or self.model}".strip()

    def lists(self, test: str) -> bool:
        """Whether a test is listed, as `test_iam/test_iam.py::test_list_users`."""
        return any(fnmatchcase(test, pattern) for pattern in self.tests)

    def explains(self, failure: str) -> bool:
        """Whether what a test fails with shows that this is the reason."""
        return any(text in failure for text in self.shows)


@cache
def reasons() -> tuple[Reason, ...]:
    """All, in the file's order."""
    return tuple(map(Reason.of, yaml.safe_load(_LISTED.read_text(encoding="utf-8"))))
