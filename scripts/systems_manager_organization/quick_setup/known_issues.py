"""Known issues: the usual cause of a reason that AWS gives, and its remedy."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.cli.common_options import PATCH_POLICY
from systems_manager_organization.documentation import page_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from systems_manager_organization.quick_setup.configuration_managers import Definition


@dataclass(frozen=True)
class KnownIssue:
    """A usual cause, and its remedy.

    Attributes:
        address: of its section on the page of known issues; "" if it has none.
    """

    explanation: str
    remedy: str
    address: str = ""


TROUBLESHOOTING = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-results-troubleshooting.html"
)

# Each entry: a pattern, the cause and the remedy, which may name the groups of the pattern.
CATALOGUE = Path(__file__).with_name("known_issues.json")
# Of the repository: `make docs` writes it from the catalogue and tools/docs/known_issue_reports.json.
PAGE = "docs/reference/known-issues.md"


@cache
def _catalogue() -> tuple[dict[str, str], ...]:
    return tuple(json.loads(CATALOGUE.read_text(encoding="utf-8")))


def find_known_issue(reason: str) -> KnownIssue | None:
    """The known issue behind AWS's reason, of several the one that matches more of it; None if it is unknown."""
    matches = [
        (match, entry) for entry in _catalogue() if (match := re.search(entry["pattern"], reason, re.IGNORECASE))
    ]
    if not matches:
        return None
    match, entry = max(matches, key=lambda found: len(found[0][0]))
    values = {name: value or name.upper() for name, value in match.groupdict().items()}
    return KnownIssue(
        entry["explanation"].format(**values), entry["remedy"].format(**values), page_address(PAGE, anchor(entry))
    )


def anchor(entry: Mapping[str, str]) -> str:
    """The id of the entry's section on the page of known issues."""
    return re.sub("[^a-z0-9]+", "-", title(entry).lower()).strip("-")


def title(entry: Mapping[str, str]) -> str:
    """The heading of the entry's section: the first sentence of the cause, with capitals in place of groups."""
    return re.split(r"[.:] |[.:]$", without_values(entry, "explanation"), maxsplit=1)[0]


def without_values(entry: Mapping[str, str], name: str) -> str:
    """The cause or the remedy, with capitals in place of what the pattern takes from AWS's text."""
    return entry[name].format(**{group: group.upper() for group in re.compile(entry["pattern"]).groupindex})


def failed_nodes(definition: Definition, owner_account_id: str) -> KnownIssue:
    """For associations that failed on nodes; `owner_account_id`: of the configuration manager."""
    which = "Which nodes: State Manager, in that account and Region."
    if definition.type != PATCH_POLICY:
        return KnownIssue("Nodes were stopped, or their instance profile lacks what the associations need.", which)
    # The bucket's policy denies everybody else: AWS's document AWSQuickSetupType-PatchPolicy-CFN-MA.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
    return KnownIssue(
        "Nodes keep the instance profile that they have, and it lacks what patching needs; or they were stopped.",
        "Set attach_instance_profile_policies = true in the patch policy; or attach AmazonSSMManagedInstanceCore and "
        "AWSQuickSetupPatchPolicyBaselineAccess to the profile's role and tag it "
        f"QSConfigId-{definition.id} = {definition.id}, without which it cannot read the baselines in "
        f"aws-quicksetup-patchpolicy-{owner_account_id}-{definition.id}. {which}",
    )


def fallback(stack_sets: Iterable[str]) -> KnownIssue:
    """For an unknown reason: where AWS has more details."""
    names = ", ".join(stack_sets) or "the one whose name begins with AWS-QuickSetup-"
    return KnownIssue(
        "Unknown.",
        f"Check the last operation of the StackSet {names} in CloudFormation's console, and in the account that failed "
        f"the Events of the stack StackSet-AWS-QuickSetup-*, among the deleted stacks too: {TROUBLESHOOTING}",
    )
