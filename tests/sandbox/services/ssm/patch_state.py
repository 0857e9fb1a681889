"""The patch state of a node, for the operations and the resource data syncs.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstancePatchState.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

if TYPE_CHECKING:
    from datetime import datetime

    from sandbox.services.ssm.patches import Patches

# ASSUMPTION(patch-states): how long an operation takes. An agent that others recorded took 97 seconds to install
# (tekumara/aws-ssm-patch-manager).
OPERATION_TIME = timedelta(seconds=90)


@dataclass(frozen=True)
class PatchState:
    """What the last patching operation found on a node. `operation`: Scan or Install; `ended_at` is its end."""

    instance_id: str
    patches: Patches
    patch_group: str
    baseline_id: str
    operation: str
    ended_at: datetime
    reboot_option: str = "NoReboot"

    @property
    def execution_id(self) -> str:
        """The id of the command that ran, the same in every run."""
        return str(self._id("command"))

    def describe(self) -> dict[str, Any]:
        """Return the model's InstancePatchState.

        A node without a patch group has an empty one:
        https://docs.aws.amazon.com/cli/latest/reference/ssm/describe-instance-patch-states.html#examples
        """
        patches, noncompliant = self.patches, self.patches.noncompliant
        return {
            "InstanceId": self.instance_id,
            "PatchGroup": self.patch_group,
            "BaselineId": self.baseline_id,
            "SnapshotId": str(self._id("snapshot")),
            "InstalledCount": patches.installed,
            "InstalledOtherCount": patches.installed_other,
            "InstalledPendingRebootCount": sum(patches.installed_pending_reboot),
            "InstalledRejectedCount": sum(patches.installed_rejected),
            "MissingCount": sum(patches.missing),
            "FailedCount": sum(patches.failed),
            # As AWS shows it where all of them are reported by name:
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-cli-commands.html
            "UnreportedNotApplicableCount": -1,
            "NotApplicableCount": patches.not_applicable,
            # Of Windows. ASSUMPTION(patch-states): where there is none, AWS does not say so.
            **(
                {"AvailableSecurityUpdateCount": available}
                if (available := sum(patches.available_security_updates))
                else {}
            ),
            "OperationStartTime": self.ended_at - OPERATION_TIME,
            "OperationEndTime": self.ended_at,
            "Operation": self.operation,
            "RebootOption": self.reboot_option,
            # ASSUMPTION(patch-states): which severities these count, each patch in one of them. A patch that has a
            # severity has it from a security advisory; what is informational or unspecified has none.
            "CriticalNonCompliantCount": noncompliant.critical,
            "SecurityNonCompliantCount": noncompliant.high + noncompliant.medium + noncompliant.low,
            "OtherNonCompliantCount": noncompliant.informational + noncompliant.unspecified,
        }

    def _id(self, kind: str) -> UUID:
        return uuid5(NAMESPACE_URL, f"{kind}:{self.instance_id}:{self.ended_at.isoformat()}")
