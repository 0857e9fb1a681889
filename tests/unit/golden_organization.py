"""An organization of which every number of a report is worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox import Scenario
from sandbox.clock import START
from sandbox.scenarios.parts import Instance
from sandbox.services.ssm.patches import Patches, Severities

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

MANAGEMENT, ADMINISTRATOR = "111111111111", "222222222222"
VIRGINIA = "us-east-1"
RPM, UBUNTU, WINDOWS = "Amazon Linux", "Ubuntu", "Microsoft Windows Server 2022 Datacenter"


def node_id(number: int) -> str:
    return f"i-{number:017x}"


def _instance(
    number: int, platform: str, patches: Patches, *, account_id: str = MANAGEMENT, scanned: bool = True
) -> Instance:
    return Instance(
        account_id=account_id,
        region=VIRGINIA,
        id=node_id(number),
        platform=platform,
        platform_version="1",
        agent_version="3.3.3050.0",
        instance_profile="ManagedNodes",
        patches=patches,
        scanned_at=START - timedelta(hours=1) if scanned else None,
    )


CRITICAL, HIGH = Severities(critical=1), Severities(high=1)
GOLDEN = replace(
    Scenario.generated(accounts=5, regions=(VIRGINIA,), instances=0, unreadable=0),
    instances=(
        # kernel, curl and glibc of an RPM family.
        _instance(1, RPM, Patches(installed=120, missing=Severities(critical=1, high=2))),
        # The same kernel, and python3 that waits for a reboot.
        _instance(2, RPM, Patches(missing=CRITICAL, installed_pending_reboot=Severities(medium=1))),
        # The same curl, of another family and account, which failed.
        _instance(3, "Red Hat Enterprise Linux Server", Patches(failed=HIGH), account_id=ADMINISTRATOR),
        # Debian's: no CVEs, and one patch without classification and severity.
        _instance(4, UBUNTU, Patches(missing=Severities(critical=1, unspecified=1))),
        # Windows: a KB that is missing and one that is not approved; what is not applicable comes one by one.
        _instance(5, WINDOWS, Patches(not_applicable=300, missing=CRITICAL, available_security_updates=HIGH)),
        _instance(6, WINDOWS, Patches(missing=CRITICAL), account_id=ADMINISTRATOR),
        # Compliant, with packages outside the baseline, of which AWS has no title.
        _instance(7, RPM, Patches(installed=3, installed_other=2)),
        # tzdata that the baseline rejects.
        _instance(8, RPM, Patches(installed_rejected=Severities(low=1))),
        # Never scanned: nothing is known of its patches.
        _instance(9, RPM, Patches(missing=Severities(critical=4)), scanned=False),
    ),
)


def run_report(aws: Sandbox, run: Run, *arguments: str, **options: Any) -> Outcome:
    """Runs `report.py compliance` at the sandbox's time."""
    now = aws.clock.now().timestamp()
    return run("report", "compliance", "--regions", VIRGINIA, *arguments, time=lambda: now, **options)
