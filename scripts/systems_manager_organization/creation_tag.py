"""The tag that says which installation of the module created something, and in which plan.

`systems-manager-organization:created` = `INSTALLATION/TIME`. Terraform compares it with the time of its plan, and so
knows what the plan is about to create; what exists with the tag and is not in the state was lost, moved or belongs to
another installation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TAG = "systems-manager-organization:created"


@dataclass(frozen=True)
class CreationTag:
    """Both are "" where there is no such tag."""

    installation: str = ""
    time: str = ""

    @property
    def creator(self) -> str:
        """Whom it says, as a sentence takes it."""
        if not self.installation:
            return "created by hand or by another tool"
        return f"created by installation {self.installation}"

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> CreationTag:
        installation, _, time = tags.get(TAG, "").partition("/")
        return cls(installation, time)

    @classmethod
    def of_list(cls, tags: Iterable[Mapping[str, Any]]) -> CreationTag:
        """Of tags as IAM and Organizations list them: objects with Key and Value."""
        return cls.of({tag["Key"]: tag["Value"] for tag in tags})
