"""What a scan for patches finds on an instance, in numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple


class Severities(NamedTuple):
    """Numbers of patches by severity, highest first.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SeveritySummary.html
    """

    critical: int = 0
    high: int = 0
    medium: int = 0
    low: int = 0
    informational: int = 0
    unspecified: int = 0

    @property
    def highest(self) -> str:
        """The highest that there is, as the model's ComplianceSeverity; UNSPECIFIED without any, as AWS shows it.

        https://docs.aws.amazon.com/systems-manager/latest/userguide/example_ssm_ListResourceComplianceSummaries_section.html
        """
        named = zip(self._fields, self, strict=True)
        return next((name.upper() for name, number in named if number), "UNSPECIFIED")

    def plus(self, other: Severities) -> Severities:
        """The sums."""
        return Severities(*(one + another for one, another in zip(self, other, strict=True)))


NONE = Severities()


@dataclass(frozen=True)
class Patches:
    """Patches by their state; the noncompliant states by severity too. Without any, an instance is fully patched.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-compliance-states.html
    """

    installed: int = 0
    installed_other: int = 0
    not_applicable: int = 0
    missing: Severities = NONE
    failed: Severities = NONE
    installed_pending_reboot: Severities = NONE
    installed_rejected: Severities = NONE
    available_security_updates: Severities = NONE

    @property
    def noncompliant(self) -> Severities:
        """The noncompliant patches."""
        return self.missing.plus(self.failed).plus(self.installed_pending_reboot).plus(self.installed_rejected)

    def after_installation(self, reboot_option: str) -> Patches:
        """What a scan finds once a patching operation of type Install has run.

        ASSUMPTION(patch-states): what is missing can be installed, what failed fails again. `RebootIfNeeded` ends all
        waiting for a reboot, `NoReboot` leaves what was installed waiting for one:
        https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html
        """
        waiting = self.installed_pending_reboot.plus(self.missing)
        if reboot_option == "NoReboot":
            return replace(self, missing=NONE, installed_pending_reboot=waiting)
        installed = self.installed + sum(waiting)
        return replace(self, installed=installed, missing=NONE, installed_pending_reboot=NONE)


NO_PATCHES = Patches()
