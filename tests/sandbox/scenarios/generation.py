"""An organization of any size: the same one for the same numbers, so that what is counted in it can be compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from sandbox.clock import START
from sandbox.scenarios.document import ScenarioError
from sandbox.scenarios.parts import Account, DelegatedAdministrator, Instance, OrganizationalUnit
from sandbox.services.ssm.patches import NONE, Patches, Severities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

MANAGEMENT, ADMINISTRATOR = "111111111111", "222222222222"
SERVICE_PRINCIPALS = ("ssm.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com")

# Units by their paths, each with its share of the accounts.
SHARES = {
    "Security": 1,
    "Infrastructure/Network": 1,
    "Workloads/Production/Retail": 3,
    "Workloads/Production/Payments": 2,
    "Workloads/Test": 2,
    "Workloads/Development": 2,
    "Laboratory": 1,
}
SUSPENDED_UNIT = "Suspended"
NAMES = ("Shop", "Orders", "Billing", "Search", "Ledger", "Archive", "Portal", "Catalogue", "Logistics", "Insight")

# Platform name and version as the agent reports them, with their share of the instances.
PLATFORMS = (
    ("Amazon Linux", "2023", 8),
    ("Amazon Linux", "2", 5),
    ("Ubuntu", "22.04", 4),
    ("Ubuntu", "24.04", 2),
    ("Red Hat Enterprise Linux", "9.4", 2),
    ("SLES", "15.5", 1),
    ("Microsoft Windows Server 2019 Datacenter", "10.0.17763", 2),
    ("Microsoft Windows Server 2022 Datacenter", "10.0.20348", 4),
    ("macOS", "14.5", 1),
)
PATCH_GROUPS = ("", "", "production", "test", "Web Servers")
SMALLEST = 5


class Generation:
    """Generates one organization. The order of the random numbers makes it reproducible."""

    def __init__(self, accounts: int, regions: Sequence[str], unreadable: int, seed: int) -> None:
        """Raises ScenarioError for too few accounts, or no Region."""
        if accounts < SMALLEST + unreadable or not regions:
            raise ScenarioError(
                f"a generated organization has a Region and at least {SMALLEST + unreadable} accounts: the management "
                "account, the administrator, one that is suspended, two that can be read, and the unreadable ones"
            )
        self._random = Random(seed)  # noqa: S311 (nothing is secret)
        self._regions = tuple(regions)
        self.suspended = replace(_account(accounts - 1, "Former Campaign"), status="SUSPENDED")
        self.members = [_account(number, _name(number)) for number in range(2, accounts - 1)]
        for index, number in enumerate(sorted(self._random.sample(range(len(self.members)), unreadable))):
            access_role = ("absent", "untrusting")[index % 2]
            self.members[number] = replace(self.members[number], access_role=access_role)

    def units(self) -> tuple[OrganizationalUnit, ...]:
        """All units with the accounts in them: every one of the table that gets an account, and the suspended one's."""
        paths = [path for path, share in SHARES.items() for _ in range(share)]
        by_path: dict[str, list[Account]] = {}
        for index, member in enumerate(self.members):
            by_path.setdefault(paths[index % len(paths)], []).append(member)
        by_path[SUSPENDED_UNIT] = [self.suspended]
        return _nested(by_path, "")

    def instances(self, count: int) -> tuple[Instance, ...]:
        """So many instances, most of them in few of the accounts, and none in a fifth of those that can be read.

        The unreadable accounts and the suspended one have some.
        """
        locations = self._locations()
        accounts, weights = list(locations), list(locations.values())
        drawn = self._random.choices(accounts, weights, k=max(0, count - len(accounts)))
        # Each of these accounts has at least one, as far as there are enough.
        return tuple(self._instance(number, account_id) for number, account_id in enumerate((accounts + drawn)[:count]))

    def _locations(self) -> dict[str, float]:
        """The accounts that have instances, with the share of each."""
        closed = [member.id for member in self.members if member.access_role != "trusting"]
        readable = [member.id for member in self.members if member.access_role == "trusting"]
        empty = self._random.sample(readable, len(readable) // 5)
        chosen = [*closed, self.suspended.id, *(id_ for id_ in readable if id_ not in empty), MANAGEMENT]
        return {id_: self._random.paretovariate(1.1) for id_ in chosen}

    def _instance(self, number: int, account_id: str) -> Instance:
        name, version, _ = self._random.choices(PLATFORMS, [share for _, _, share in PLATFORMS])[0]
        region = self._random.choices(self._regions, [2.0**-location for location in range(len(self._regions))])[0]
        return Instance(
            account_id=account_id,
            region=region,
            # Digits that are spread over the whole, as AWS's are.
            id=f"i-0{self._random.getrandbits(44):011x}{number:05x}",
            platform=name,
            platform_version=version,
            agent_version="3.3.3050.0",
            instance_profile="ManagedNodes",
            status=self._random.choices(("Active", "Stopped", "ConnectionLost", "Terminated"), (94, 3, 2, 1))[0],
            patches=self._patches(),
            patch_group=self._random.choice(PATCH_GROUPS),
            scanned_at=self._scanned_at(),
            operation=self._random.choices(("Scan", "Install"), (4, 1))[0],
        )

    def _scanned_at(self) -> datetime | None:
        """Within the last day of most; weeks ago of a few; never of a few."""
        when = self._random.choices(("lately", "long ago", "never"), (92, 4, 4))[0]
        if when == "never":
            return None
        hours = self._random.randint(1, 24) if when == "lately" else 24 * self._random.randint(9, 60)
        return START - timedelta(hours=hours, seconds=self._random.randint(0, 3599))

    def _patches(self) -> Patches:
        draw = self._random
        found = Patches(
            installed=draw.randint(80, 420), installed_other=draw.randint(0, 60), not_applicable=draw.randint(200, 2000)
        )
        if draw.random() < 0.55:
            return found
        return replace(
            found,
            missing=self._severities(),
            failed=self._severities() if draw.random() < 0.15 else NONE,
            installed_pending_reboot=self._severities() if draw.random() < 0.2 else NONE,
            installed_rejected=self._severities() if draw.random() < 0.08 else NONE,
        )

    def _severities(self) -> Severities:
        chances = (0.12, 0.35, 0.5, 0.4, 0.1, 0.1)
        return Severities(*(self._random.randint(1, 6) if self._random.random() < chance else 0 for chance in chances))


def administrators() -> tuple[DelegatedAdministrator, ...]:
    """The administrator account's registrations: of Systems Manager and of StackSets."""
    return tuple(DelegatedAdministrator(ADMINISTRATOR, principal) for principal in SERVICE_PRINCIPALS)


def _account(number: int, name: str) -> Account:
    return Account(f"3{number:011d}", name, f"account-{number}@example.com")


def _name(number: int) -> str:
    return f"{NAMES[number % len(NAMES)]} {number}"


def _nested(by_path: Mapping[str, list[Account]], above: str) -> tuple[OrganizationalUnit, ...]:
    below = [path.removeprefix(above) for path in by_path if path.startswith(above)]
    return tuple(
        OrganizationalUnit(name, tuple(by_path.get(f"{above}{name}", ())), _nested(by_path, f"{above}{name}/"))
        for name in dict.fromkeys(path.split("/")[0] for path in below)
    )
