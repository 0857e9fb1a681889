"""An organization of 24 nodes, managed or not, of which every number of a report is worked out by hand.

| nodes | what they are | status |
|---|---|---|
| 1, 2, 3, 4, 5, 8, 9, 17, 18, 21, 24 | scanned an hour ago, with noncompliant patches | noncompliant |
| 6, 7, 16, 19, 20, 22 | scanned an hour ago; 16 is outside EC2 | compliant |
| 10 | launched a month ago and never scanned | not reporting |
| 11 | launched two hours ago and not yet scanned | not reporting |
| 12 | Bottlerocket, which Patch Manager cannot scan | not reporting |
| 13 | scanned 20 days ago | not reporting |
| 14 | stopped, without an instance profile | not managed |
| 15, 23 | running, without an instance profile | not managed |
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox import Scenario
from sandbox.clock import START, clock
from sandbox.scenarios.parts import Instance
from sandbox.services.ssm.models import ssm_backend_of
from sandbox.services.ssm.patches import NO_PATCHES, Patches, Severities

if TYPE_CHECKING:
    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

MANAGEMENT, ADMINISTRATOR, BILLING, SEARCH = "111111111111", "222222222222", "300000000002", "300000000003"
VIRGINIA, TOKYO = "us-east-1", "ap-northeast-1"
AMAZON, REDHAT, UBUNTU = "Amazon Linux", "Red Hat Enterprise Linux Server", "Ubuntu"
WINDOWS = "Microsoft Windows Server 2022 Datacenter"
NODES, MANAGED, COMPLIANT, NONCOMPLIANT = 24, 21, 6, 11
HYBRID = 16

CRITICAL, HIGH = Severities(critical=1), Severities(high=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def node_id(number: int) -> str:
    return f"mi-{number:017x}" if number == HYBRID else f"i-{number:017x}"


def number_of(node: str) -> int:
    return int(node.rpartition("-")[2], base=16)


def _node(
    number: int,
    platform: str = AMAZON,
    patches: Patches = NO_PATCHES,
    *,
    account_id: str = MANAGEMENT,
    region: str = VIRGINIA,
    **members: Any,
) -> Instance:
    scanned: dict[str, Any] = {"scanned_at": START - _HOUR, "launched_at": START - 30 * _DAY}
    return Instance(
        account_id=account_id,
        region=region,
        id=node_id(number),
        platform=platform,
        platform_version="1",
        agent_version="3.1.0.0",
        patches=patches,
        **{"instance_profile": "ManagedNodes", **scanned, **members},
    )


FLEET = replace(
    Scenario.generated(accounts=5, regions=(TOKYO, VIRGINIA), instances=0, unreadable=0),
    instances=(
        # kernel, curl and glibc.
        _node(1, patches=Patches(missing=Severities(critical=1, high=2)), tags={"Team": "shop"}),
        # kernel, openssl-libs, sudo, and another version of the kernel.
        _node(2, patches=Patches(missing=Severities(critical=4)), tags={"Team": "shop"}),
        # curl of another family, which failed.
        _node(3, REDHAT, Patches(failed=HIGH), tags={"Team": "bank", "Stage": "test"}),
        _node(4, UBUNTU, Patches(missing=Severities(critical=1, unspecified=1))),
        _node(5, WINDOWS, Patches(not_applicable=300, missing=CRITICAL, available_security_updates=HIGH)),
        _node(6, WINDOWS, Patches(installed=9)),
        _node(7, patches=Patches(installed=3, installed_other=2)),
        # tzdata that the baseline rejects.
        _node(8, patches=Patches(installed_rejected=Severities(low=1))),
        # python3 that waits for a reboot.
        _node(9, patches=Patches(installed_pending_reboot=Severities(medium=1))),
        _node(10, scanned_at=None),
        _node(11, scanned_at=None, launched_at=START - 2 * _HOUR),
        _node(12, "Bottlerocket", scanned_at=None),
        _node(13, patches=Patches(missing=CRITICAL), scanned_at=START - 20 * _DAY),
        _node(14, status="Stopped", instance_profile=None, scanned_at=None),
        _node(15, instance_profile=None, scanned_at=None),
        _node(HYBRID, REDHAT, account_id=ADMINISTRATOR, tags={"Team": "bank"}),
        _node(17, patches=Patches(missing=CRITICAL), account_id=ADMINISTRATOR),
        _node(18, WINDOWS, Patches(missing=CRITICAL), account_id=ADMINISTRATOR),
        _node(19, REDHAT, account_id=ADMINISTRATOR),
        _node(20, UBUNTU, account_id=ADMINISTRATOR, region=TOKYO),
        _node(21, patches=Patches(missing=HIGH), account_id=ADMINISTRATOR, region=TOKYO),
        _node(22, account_id=BILLING),
        _node(23, account_id=BILLING, instance_profile=None, scanned_at=None),
        _node(24, patches=Patches(missing=Severities(critical=1, high=1)), account_id=BILLING),
    ),
)


def rescan(number: int, patches: Patches) -> None:
    """Has a node scanned now, which finds these."""
    (spec,) = (instance for instance in FLEET.instances if instance.id == node_id(number))
    instance = ssm_backend_of(spec.account_id, spec.region).instances[spec.id]
    instance.patches = patches
    instance.patch("Scan", "pb-0123456789abcdef0", clock.now(), "NoReboot")


def run_fleet_report(aws: Sandbox, run: Run, *arguments: str, **options: Any) -> Outcome:
    """Runs `report.py compliance` at the sandbox's time, in the Regions that have nodes."""
    now = aws.clock.now().timestamp()
    where = ("--regions", f"{TOKYO},{VIRGINIA}")
    return run("report", "compliance", *where, *arguments, time=lambda: now, **options)
