"""The tag with the installation of the module that created a resource, and its plan.

`systems-manager-organization:created` = `INSTALLATION/TIME`. Terraform compares it with the time of its plan to
identify what the plan creates. A resource with the tag that is not in the state was lost, moved or belongs to another
installation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TAG = "systems-manager-organization:created"

# As modules/installation names one: the time, and a hash of account, Region, workspace and the name of the call.
_GENERATED = re.compile(r"\d{8}T\d{6}Z-([0-9a-f]{6})")


@dataclass(frozen=True)
class CreationTag:
    """Both are "" without the tag."""

    installation: str = ""
    time: str = ""

    @property
    def creator(self) -> str:
        """The creator, as part of a sentence."""
        if not self.installation:
            return "created manually or by another tool"
        return f"created by installation {self.installation}"

    @property
    def mark(self) -> str:
        """The value of the tag; "" without it."""
        return f"{self.installation}/{self.time}" if self.installation else ""

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> CreationTag:
        installation, _, time = tags.get(TAG, "").partition("/")
        return cls(installation, time)

    @classmethod
    def of_list(cls, tags: Iterable[Mapping[str, Any]]) -> CreationTag:
        """From the tags of IAM and Organizations: objects with Key and Value."""
        return cls.of({tag["Key"]: tag["Value"] for tag in tags})


def is_of_same_call(installation: str, other: str) -> bool:
    """Whether both are of one call of a module, also where the name of the first was not in the state yet.

    What has the same hash has the same names of everything else, which two installations cannot have.
    """
    own, found = _GENERATED.fullmatch(installation), _GENERATED.fullmatch(other)
    return installation == other or bool(own and found and own[1] == found[1])
