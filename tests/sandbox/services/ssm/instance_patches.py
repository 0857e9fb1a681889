"""The patches of a node one by one, as many as its patch state counts, with AWS's spellings and gaps.

https://docs.aws.amazon.com/cli/latest/reference/ssm/describe-instance-patches.html#examples
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.services.ssm.instances import ManagedInstance
    from sandbox.services.ssm.patches import Severities

# PatchOrchestratorFilter of DescribeInstancePatches in botocore's model `ssm`.
FILTERS = ("Classification", "KBId", "Severity", "State")

# What AWS has for the time of what is not installed.
NEVER = datetime.fromtimestamp(0, UTC)

_DEBIAN, _WINDOWS, _MACOS, _RPM = "Debian", "Windows", "macOS", "RPM"
# ASSUMPTION(instance-patches): the names and severities of vendors, by the baseline's level.
_PACKAGES = {
    "critical": ("kernel", "openssl-libs", "sudo"),
    "high": ("curl", "glibc", "bind-libs"),
    "medium": ("python3", "vim-minimal"),
    "low": ("tzdata",),
    "informational": ("man-db",),
    "unspecified": ("amazon-ssm-agent",),
}
_VENDOR = {
    "critical": "Critical",
    "high": "Important",
    "medium": "Medium",
    "low": "Low",
    "informational": "Unspecified",
}
_PRIORITIES = {"critical": "Required", "high": "Important", "medium": "Standard", "low": "Optional"}
_STATES = {
    "Missing": "missing",
    "Failed": "failed",
    "InstalledPendingReboot": "installed_pending_reboot",
    "InstalledRejected": "installed_rejected",
    "AvailableSecurityUpdate": "available_security_updates",
}


@dataclass(frozen=True)
class Patch:
    """A patch of a node. `level` is the baseline's, `severity` the vendor's; `cve_ids` has commas between them."""

    id: str
    title: str
    classification: str
    severity: str
    level: str
    state: str
    status: str
    installed_at: datetime = NEVER
    cve_ids: str = ""

    def describe(self) -> dict[str, Any]:
        """Return the model's PatchComplianceData."""
        described = {
            "Title": self.title,
            "KBId": self.id,
            "Classification": self.classification,
            "Severity": self.severity,
            "State": self.state,
            "InstalledTime": self.installed_at.timestamp(),
        }
        return {**described, "CVEIds": self.cve_ids} if self.cve_ids else described


def patches_of(instance: ManagedInstance, compliant: int | None = None) -> Iterator[Patch]:
    """Yield the patches that the last operation found, the noncompliant ones first; none before the first.

    `compliant`: the most of each state that is not noncompliant; None: all.
    """
    state = instance.patch_state
    if state is None:
        return
    family = _family(instance)
    for name, attribute in _STATES.items():
        found: Severities = getattr(state.patches, attribute)
        installed_at = state.ended_at if name.startswith("Installed") else NEVER
        for level, number in found._asdict().items():
            for position in range(number):
                yield _noncompliant(family, name, level, position, installed_at)
    installed, other, not_applicable = (
        number if compliant is None else min(number, compliant)
        for number in (state.patches.installed, state.patches.installed_other, state.patches.not_applicable)
    )
    for position in range(installed):
        patch_id, title = _identity(family, f"installed-{position}", position)
        yield Patch(patch_id, title, "Security", "Low", "UNSPECIFIED", "Installed", "COMPLIANT", state.ended_at)
    # "To reduce the size of inventory": neither title nor classification nor severity.
    for position in range(other):
        patch_id, _ = _identity(family, f"other-{position}", position)
        yield Patch(patch_id, "", "", "", "UNSPECIFIED", "InstalledOther", "COMPLIANT", state.ended_at)
    # Of Linux only their number:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-windows-and-linux-differences.html
    for position in range(not_applicable if family == _WINDOWS else 0):
        yield Patch(f"KB8{position:06}", "", "", "", "UNSPECIFIED", "NotApplicable", "")


def _noncompliant(family: str, state: str, level: str, position: int, installed_at: datetime) -> Patch:
    names = _PACKAGES[level]
    # Several versions of a kernel have one id.
    again = family == _RPM and position >= len(names)
    name = names[position] if position < len(names) else names[0] if again else f"{names[0]}-{position}"
    number = int.from_bytes(name.encode()) % 900_000 + (position if again else 0)
    patch_id, title = _identity(family, name, number)
    # Only for what is missing or failed, and not of every system:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-view-compliance-results.html
    has_cves = family == _RPM and state in ("Missing", "Failed") and level in ("critical", "high")
    return Patch(
        patch_id,
        title,
        {_WINDOWS: "SecurityUpdates", _DEBIAN: "Security" if level in _PRIORITIES else ""}.get(family, "Security"),
        (_PRIORITIES if family == _DEBIAN else _VENDOR).get(level, ""),
        level.upper(),
        state,
        "COMPLIANT" if state == "AvailableSecurityUpdate" else "NON_COMPLIANT",
        installed_at,
        f"CVE-2026-{10_000 + number % 1000},CVE-2026-{20_000 + number % 1000}" if has_cves else "",
    )


def _identity(family: str, name: str, number: int) -> tuple[str, str]:
    """Id and title: the id has no version but of Windows, where it is the KB number."""
    if family == _WINDOWS:
        patch_id = f"KB5{number:06}"
        return patch_id, f"2026-10 Cumulative Update for Windows Server ({patch_id})"
    if family == _MACOS:
        return name, f"{name}.1.2.{number % 10}"
    architecture = "amd64" if family == _DEBIAN else "x86_64"
    version = f"1.2.{number % 10}-1"
    return f"{name}.{architecture}", f"{name}.{architecture}:{version if family == _DEBIAN else f'0:{version}'}"


def _family(instance: ManagedInstance) -> str:
    if instance.platform_type in ("Windows", "MacOS"):
        return _WINDOWS if instance.platform_type == "Windows" else _MACOS
    return _DEBIAN if instance.platform_name.startswith(("Ubuntu", "Debian", "Raspbian")) else _RPM
