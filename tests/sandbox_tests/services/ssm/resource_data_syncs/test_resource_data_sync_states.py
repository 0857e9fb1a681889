"""Resource data syncs: states, updates, and deregistration of the delegated administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox_tests.cases.delivery import make_bucket
from sandbox_tests.cases.quick_setup import ADMINISTRATOR, MANAGEMENT, MEMBER
from sandbox_tests.cases.resource_data_syncs import (
    DESTINATION,
    INVALID,
    OF_ACCOUNT,
    OF_ORGANIZATION,
    ONE_HOUR,
    PRINCIPAL,
    ROLE,
    administrator,
    after_sync,
    create_sync,
    new_unit,
    of_units,
    update_sync,
)
from sandbox_tests.cases.stacks import explorer, syncs

if TYPE_CHECKING:
    from sandbox import Sandbox

# What becomes of it


def test_polling_advances_the_clock(sandbox: Sandbox) -> None:
    ssm = explorer(sandbox)
    create_sync(ssm, OF_ORGANIZATION)
    new = syncs(ssm)["new"]
    assert new["LastStatus"] == "InProgress"
    assert not {"LastSyncTime", "LastSuccessfulSyncTime"} & set(new)
    requests = 1
    while syncs(ssm)["new"]["LastStatus"] == "InProgress":
        requests += 1
        assert requests < 10
    done = syncs(ssm)["new"]
    assert done["LastStatus"] == "Successful"
    assert done["LastSuccessfulSyncTime"] == done["LastSyncTime"] > done["SyncCreatedTime"] == new["SyncCreatedTime"]
    assert "State" not in done["SyncSource"]


def test_without_the_role_it_has_no_permissions(sandbox: Sandbox) -> None:
    ssm = explorer(sandbox)
    iam = sandbox.client("iam")
    iam.delete_service_linked_role(RoleName=ROLE)
    create_sync(ssm, OF_ORGANIZATION)
    assert syncs(ssm)["new"]["LastStatus"] == "InProgress"
    failed = after_sync(sandbox, ssm)
    assert (failed["LastStatus"], failed["SyncSource"]["State"]) == ("Failed", "NoPermissions")
    assert ROLE in failed["LastSyncStatusMessage"]
    assert "LastSuccessfulSyncTime" not in failed
    # The initial sync did not succeed, so that none follows by itself.
    iam.create_service_linked_role(AWSServiceName="accountdiscovery.ssm.amazonaws.com")
    assert after_sync(sandbox, ssm)["LastStatus"] == "Failed"
    update_sync(ssm, OF_ORGANIZATION)
    assert after_sync(sandbox, ssm)["LastStatus"] == "Successful"


def test_a_sync_of_one_account_requires_no_organization(sandbox: Sandbox) -> None:
    ssm = sandbox.client("ssm", MEMBER)
    create_sync(ssm, OF_ACCOUNT)
    assert after_sync(sandbox, ssm)["LastStatus"] == "Successful"


def test_the_state_follows_the_organization(sandbox: Sandbox) -> None:
    ssm, organizations = explorer(sandbox), sandbox.client("organizations")
    unit_id = new_unit(sandbox)
    create_sync(ssm, of_units(unit_id))
    successful = after_sync(sandbox, ssm)
    organizations.disable_aws_service_access(ServicePrincipal=PRINCIPAL)
    disabled = after_sync(sandbox, ssm)
    assert (disabled["LastStatus"], disabled["SyncSource"]["State"]) == ("Failed", "TrustedAccessDisabled")
    assert disabled["LastSuccessfulSyncTime"] == successful["LastSuccessfulSyncTime"] < disabled["LastSyncTime"]
    organizations.enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    assert after_sync(sandbox, ssm)["LastStatus"] == "Successful"
    organizations.delete_organizational_unit(OrganizationalUnitId=unit_id)
    gone = after_sync(sandbox, ssm)
    assert (gone["SyncSource"]["State"], unit_id in gone["LastSyncStatusMessage"]) == (
        "InvalidOrganizationalUnit",
        True,
    )


def test_the_state_without_an_organization(sandbox: Sandbox) -> None:
    ssm, organizations = explorer(sandbox), sandbox.client("organizations")
    create_sync(ssm, OF_ORGANIZATION)
    sandbox.clock.advance(ONE_HOUR)
    for account_id in (ADMINISTRATOR, MEMBER):
        organizations.remove_account_from_organization(AccountId=account_id)
    organizations.delete_organization()
    assert after_sync(sandbox, ssm)["SyncSource"]["State"] == "OrganizationNotExists"


# Updates


def test_an_update_takes_time_again(sandbox: Sandbox, client_error: Any) -> None:
    ssm = explorer(sandbox)
    create_sync(ssm, OF_ORGANIZATION)
    created = after_sync(sandbox, ssm)
    expected = {**OF_ORGANIZATION, "SourceRegions": ["eu-west-1"], "EnableAllOpsDataSources": True}
    update_sync(ssm, expected)
    with client_error("ResourceDataSyncConflictException"):
        update_sync(ssm, expected)
    updating = syncs(ssm)["new"]
    assert (updating["LastStatus"], updating["SyncCreatedTime"]) == ("InProgress", created["SyncCreatedTime"])
    assert updating["SyncLastModifiedTime"] > created["SyncLastModifiedTime"]
    updated = after_sync(sandbox, ssm)
    assert (updated["LastStatus"], updated["SyncSource"]) == ("Successful", {**expected, "IncludeFutureRegions": False})


def test_a_conflict_advances_the_clock(sandbox: Sandbox) -> None:
    ssm = explorer(sandbox)
    create_sync(ssm, OF_ORGANIZATION)
    update_sync(ssm, OF_ORGANIZATION)
    refusals = 0
    while True:
        try:
            update_sync(ssm, OF_ORGANIZATION)
        except ssm.exceptions.ResourceDataSyncConflictException:
            refusals += 1
            assert refusals < 10
        else:
            break
    assert refusals


def test_account_options_are_immutable(sandbox: Sandbox, client_error: Any) -> None:
    ssm = explorer(sandbox)
    create_sync(ssm, OF_ORGANIZATION)
    for source in (OF_ACCOUNT, of_units(new_unit(sandbox))):
        with client_error(INVALID):
            update_sync(ssm, source)


def test_updates_are_of_explorers_syncs(sandbox: Sandbox, client_error: Any) -> None:
    ssm = explorer(sandbox)
    make_bucket(sandbox, MANAGEMENT)
    ssm.create_resource_data_sync(SyncName="bucket", S3Destination=DESTINATION)
    with client_error("ResourceDataSyncNotFoundException"):
        update_sync(ssm, OF_ORGANIZATION, "bucket")
    with client_error(INVALID):
        ssm.update_resource_data_sync(SyncName="bucket", SyncType="SyncToDestination", SyncSource=OF_ACCOUNT)
    create_sync(ssm, OF_ORGANIZATION)
    with client_error(INVALID):
        update_sync(ssm, of_units("ou-sbox-00000000"))


# The delegated administrator leaves


def test_deregistering_deletes_the_administrators_syncs_of_the_organization(sandbox: Sandbox) -> None:
    explorer(sandbox)
    create_sync(sandbox.client("ssm"), OF_ORGANIZATION, "management")
    make_bucket(sandbox, ADMINISTRATOR)
    for region in ("us-east-1", "eu-west-1"):
        ssm = administrator(sandbox, region)
        create_sync(ssm, OF_ORGANIZATION)
        create_sync(ssm, OF_ACCOUNT, "own")
        ssm.create_resource_data_sync(SyncName="bucket", S3Destination=DESTINATION)
    organizations = sandbox.client("organizations")
    # Of another service: nothing happens.
    other = "account.amazonaws.com"
    organizations.enable_aws_service_access(ServicePrincipal=other)
    organizations.register_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=other)
    organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=other)
    assert sorted(syncs(administrator(sandbox))) == ["bucket", "new", "own"]

    organizations.deregister_delegated_administrator(AccountId=ADMINISTRATOR, ServicePrincipal=PRINCIPAL)
    for region in ("us-east-1", "eu-west-1"):
        assert sorted(syncs(sandbox.client("ssm", ADMINISTRATOR, region))) == ["bucket", "own"]
    assert list(syncs(sandbox.client("ssm"))) == ["management"]
