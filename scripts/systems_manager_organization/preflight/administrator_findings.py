"""Findings for the administrator account: its registration, and other accounts in its organizational unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems_manager_organization.errors import ServiceError
from systems_manager_organization.findings import Finding
from systems_manager_organization.organizations.account_placement import AccountPlacement
from systems_manager_organization.organizations.accounts import Account
from systems_manager_organization.organizations.delegated_administrator import NONE, DelegatedAdministrator
from systems_manager_organization.organizations.trusted_access import enabled_principals
from systems_manager_organization.organizations.unit_tree import nearest_units, suggest_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from systems_manager_organization.aws.session import AwsSession
    from systems_manager_organization.settings.records import Record

IS_MANAGEMENT_ACCOUNT = "ADMINISTRATOR_IS_MANAGEMENT_ACCOUNT"
NOT_ACTIVE_MEMBER = "ADMINISTRATOR_NOT_ACTIVE_MEMBER"
ANOTHER_REGISTERED = "ANOTHER_ADMINISTRATOR_REGISTERED"
NOT_EXCLUSIVE = "OU_NOT_EXCLUSIVE"
TARGET_NOT_FOUND = "TARGET_NOT_FOUND"
CONTROL_TOWER_DRIFT = "CONTROL_TOWER_DRIFT"

_CONTROL_TOWER = "controltower.amazonaws.com"


def account_findings(aws: AwsSession, account_id: str) -> Iterator[Finding]:
    """Findings if AWS would not register the account. Raises ScriptError."""
    if account_id == aws.account_id:
        yield Finding(
            IS_MANAGEMENT_ACCOUNT,
            account_id,
            "delegated_administrator.account_id is the management account, which AWS does not register as a delegated "
            "administrator.",
            "Give a member account.",
        )
        return
    account = _find_account(aws, account_id)
    if account is None or account.state not in ("ACTIVE", ""):
        problem = (
            f"an account in the state {account.state}, and AWS registers active accounts only"
            if account
            else "not an account of this organization"
        )
        yield Finding(
            NOT_ACTIVE_MEMBER,
            account_id,
            f"delegated_administrator.account_id is {problem}.",
            "Give an active member account. The accounts: aws organizations list-accounts",
        )


def registration_findings(
    observed: Mapping[str, Mapping[str, Any]], own: Mapping[str, Record], account_id: str
) -> Iterator[Finding]:
    """Findings for other delegated administrators, unless this installation registered them."""
    for key, setting in sorted(observed.items()):
        kind, _, principal = key.partition("/")
        registered, record = setting["value"], own.get(key)
        if kind != DelegatedAdministrator.name or registered in (NONE, account_id):
            continue
        if record and record.value == registered and record.previous != registered:
            continue
        yield Finding(
            ANOTHER_REGISTERED,
            principal,
            f"account {registered} is the delegated administrator for {principal}, which takes one only.",
            "Keep it by setting delegated_administrator.account_id to it, or deregister it first (AWS then deletes its "
            f"Explorer syncs): aws organizations deregister-delegated-administrator --account-id {registered} "
            f"--service-principal {principal}",
        )


def placement_findings(
    aws: AwsSession, observed: Mapping[str, Mapping[str, Any]], account_id: str, unit_id: str
) -> Iterator[Finding]:
    """A finding if the account leaves an organizational unit that Control Tower may have registered.

    `unit_id`: where it is moved to; "" for a unit that does not exist yet. Raises ScriptError.
    """
    kind = f"{AccountPlacement.name}/"
    current: str = next((setting["value"] for key, setting in observed.items() if key.startswith(kind)), "")
    # An account in the root is not enrolled:
    # https://docs.aws.amazon.com/controltower/latest/userguide/account-auto-enrollment.html
    if not current.startswith("ou-") or current == unit_id:
        return
    if _CONTROL_TOWER in enabled_principals(aws):
        yield Finding(
            CONTROL_TOWER_DRIFT,
            account_id,
            f"AWS Control Tower is enabled in this organization, and the apply moves the account from {current} to "
            f"{unit_id or 'a new organizational unit'}. If Control Tower enrolled the account, that is drift of its "
            "landing zone.",
            f'Leave it there: dedicated_organizational_unit = {{ id = "{current}" }}, or null. Or register the new '
            "unit in Control Tower, and update the account there: "
            "https://docs.aws.amazon.com/controltower/latest/userguide/drift.html",
        )


def unit_findings(aws: AwsSession, unit_id: str, account_id: str) -> Iterator[Finding]:
    """A finding for other accounts and units in the dedicated organizational unit, or if it does not exist.

    Raises ScriptError.
    """
    organizations = aws.organizations
    try:
        accounts = list(aws.paginate(organizations.list_accounts_for_parent, ParentId=unit_id))
    except ServiceError as error:
        if error.code != "ParentNotFoundException":
            raise
        yield missing_unit_finding(aws, "dedicated_organizational_unit.id", unit_id)
        return
    units = aws.paginate(organizations.list_organizational_units_for_parent, ParentId=unit_id)
    others = sorted(
        [account["Id"] for account in accounts if account["Id"] != account_id] + [unit["Id"] for unit in units]
    )
    if others:
        yield Finding(
            NOT_EXCLUSIVE,
            unit_id,
            f"The dedicated organizational unit also holds {', '.join(others)}, but AWS requires that the "
            "administrator account of Change Manager be alone in its unit.",
            "Move the others elsewhere, or choose another unit.",
        )


def missing_unit_finding(aws: AwsSession, name: str, unit_id: str) -> Finding:
    """For a unit that does not exist, which the input `name` has. Raises ScriptError."""
    return Finding(
        TARGET_NOT_FOUND,
        name,
        f"The organization has no organizational unit {unit_id}.{suggest_units(nearest_units(aws, unit_id))}",
        f"Correct {name}.",
    )


def _find_account(aws: AwsSession, account_id: str) -> Account | None:
    response = aws.call_or_none("AccountNotFoundException", aws.organizations.describe_account, AccountId=account_id)
    return Account.of(dict(response["Account"])) if response else None
