"""OpsData: what Explorer shows of one account and Region, or of everywhere that a resource data sync collects from.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetOpsSummary.html
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import TYPE_CHECKING, Any

from sandbox.clock import clock
from sandbox.services.moto_internals import existing_backends
from sandbox.services.organizations.models import find_organization
from sandbox.services.ssm.exceptions import (
    InvalidAggregatorException,
    InvalidFilter,
    InvalidTypeNameException,
    ResourceDataSyncNotFoundException,
)
from sandbox.services.ssm.models import SandboxSSMBackend, ssm_backend_of, ssm_backends
from sandbox.services.ssm.resource_data_syncs.collection import FROM_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from moto.organizations.models import FakeAccount

    from sandbox.services.organizations.models import Organization

    Attributes = dict[str, str]
    AccountRegion = tuple[str, str]

INSTANCES = "AWS:EC2InstanceInformation"
OPS_ITEMS = "AWS:OpsItem"

# By data type, what may be filtered by and counted by. Of OpsItems:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/change-requests-review-aggregate-command-line.html
# ASSUMPTION(ops-data-of-instances): of instances, of which AWS's pages name no attribute; programs read these three,
# under the instance's id. The other types that the model names, AWS:OpsItemTrendline and AWS:ComplianceSummary, are not
# implemented for lack of attributes.
ATTRIBUTES = {
    INSTANCES: ("SourceAccountId", "SourceRegion", "IsManaged"),
    OPS_ITEMS: ("SourceAccountId", "SourceRegion", "OpsItemType", "Status"),
}


def summarized(account_id: str, region: str, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the model's OpsEntity list of a GetOpsSummaryRequest, before pagination.

    Raises ResourceDataSyncNotFoundException, InvalidTypeNameException, InvalidFilter or InvalidAggregatorException.
    """
    aggregators = request.get("Aggregators") or []
    if aggregators:
        type_name, counted_by = _counted_by(aggregators)
    else:
        type_name, counted_by = _only_type(request.get("ResultAttributes") or []), []
    filters = [_filter(type_name, given) for given in request.get("Filters") or []]
    locations = _locations(account_id, region, request.get("SyncName"))
    # ASSUMPTION(ops-data-of-instances): nothing creates OpsItems.
    found = _instances(locations) if type_name == INSTANCES else {}
    matching = {
        id_: attributes
        for id_, attributes in found.items()
        if all(attributes[name] in values for name, values in filters)
    }
    if aggregators:
        return _counts(type_name, list(matching.values()), counted_by)
    return [{"Id": id_, "Data": {type_name: _item([attributes])}} for id_, attributes in matching.items()]


# Sources of the data


def _locations(account_id: str, region: str, sync_name: str | None) -> set[AccountRegion]:
    """The accounts and Regions of the response; none before the sync has succeeded."""
    if sync_name is None:
        return {(account_id, region)}
    sync = _sync(account_id, region, sync_name)
    # ASSUMPTION(ops-data-scope): a sync that is not successful returns no data, not even earlier data.
    if sync["LastStatus"] != "Successful":
        return set()
    source = sync["SyncSource"]
    # ASSUMPTION(ops-data-scope): each account has Explorer turned on in each Region, so that EnableAllOpsDataSources is
    # all one. No Region comes online here, so IncludeFutureRegions adds none.
    return set(product(_accounts(account_id, source), source["SourceRegions"]))


def _sync(account_id: str, region: str, name: str) -> dict[str, Any]:
    # "Resource data syncs created by a delegated administrator are only available in the delegated administrator
    # account": https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html
    # ASSUMPTION(ops-data-scope): a sync to a bucket has no OpsData.
    for sync in ssm_backend_of(account_id, region).resource_data_syncs.of_type(FROM_SOURCE):
        if sync.name == name:
            return sync.describe()
    raise ResourceDataSyncNotFoundException(f"The resource data sync {name} was not found.")


def _accounts(account_id: str, source: Mapping[str, Any]) -> set[str]:
    """Ids, as of now: "If you add a child account to your organization, Explorer automatically allows all OpsData
    sources for the account."

    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-resource-data-sync-multiple-accounts-and-regions.html
    """
    if source["SourceType"] != "AwsOrganizations":
        return {account_id}
    organization = find_organization(account_id)
    if organization is None:
        return set()
    described = source["AwsOrganizationsSource"]
    found: Iterable[FakeAccount] = organization.accounts
    if described["OrganizationSourceType"] == "OrganizationalUnits":
        units = [unit["OrganizationalUnitId"] for unit in described["OrganizationalUnits"]]
        found = _accounts_below(organization, units)
    # ASSUMPTION(ops-data-scope): the entire organization includes the management account, as observed in AWS; an
    # account that is not active has no data. Accounts that left, which Explorer keeps (same page), are not included.
    return {account.id for account in found if account.status == "ACTIVE"}


def _accounts_below(organization: Organization, unit_ids: Sequence[str]) -> Iterator[FakeAccount]:
    # ASSUMPTION(ops-data-scope): a unit includes its descendants.
    for account in organization.accounts:
        if not set(unit_ids).isdisjoint(unit.id for unit in organization.lineage(account.parent_id)):
            yield account


def _instances(locations: set[AccountRegion]) -> dict[str, Attributes]:
    """By id. Explorer counts managed and unmanaged nodes.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer.html
    """
    found = {}
    for backend in existing_backends(ssm_backends, SandboxSSMBackend):
        account_id, region = backend.account_id, backend.region_name
        if (account_id, region) in locations:
            managed = {instance.id for instance in backend.managed_instances()}
            for id_ in sorted(backend.instances):
                is_managed = "true" if id_ in managed else "false"
                found[id_] = {"SourceAccountId": account_id, "SourceRegion": region, "IsManaged": is_managed}
    return found


# Filters and aggregators


def _only_type(result_attributes: Sequence[Mapping[str, str]]) -> str:
    # `aws ssm get-ops-summary` alone lists OpsItems:
    # https://docs.aws.amazon.com/cli/latest/reference/ssm/get-ops-summary.html#examples
    names = [attribute["TypeName"] for attribute in result_attributes] or [OPS_ITEMS]
    # AWS takes several only where Compute Optimizer's is among them (release notes of the SDKs, 2020-05-26).
    if len(names) > 1:
        raise InvalidTypeNameException("These data types cannot be combined.")
    return _known_type(names[0])


def _known_type(name: str) -> str:
    if name not in ATTRIBUTES:
        raise InvalidTypeNameException(f"The type {name} is not one that the sandbox has: {', '.join(ATTRIBUTES)}.")
    return name


def _filter(type_name: str, given: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The attribute and its values. ASSUMPTION(ops-data-of-instances): left out, the type of a filter is Equal."""
    key_type, _, name = given["Key"].rpartition(".")
    if key_type != type_name or name not in ATTRIBUTES[type_name]:
        keys = ", ".join(f"{type_name}.{known}" for known in ATTRIBUTES[type_name])
        raise InvalidFilter(f"The filter {given['Key']} is not one that the sandbox has: {keys}.")
    if given.get("Type", "Equal") != "Equal":
        raise InvalidFilter(f"The sandbox filters by Equal alone, not by {given['Type']}.")
    return name, list(given["Values"])


def _counted_by(aggregators: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    """The data type, and the attributes from the outermost aggregator to the innermost.

    The page on change requests, above, shows one aggregator within the other and never two side by side.
    """
    type_names, attributes = [], []
    remaining = aggregators
    while remaining:
        if len(remaining) > 1:
            raise InvalidAggregatorException("The sandbox takes one aggregator, and one in each.")
        (aggregator,) = remaining
        unknown = sorted(set(aggregator) - {"AggregatorType", "TypeName", "AttributeName", "Aggregators"})
        if unknown or aggregator.get("AggregatorType") != "count":
            raise InvalidAggregatorException("The sandbox has count alone, without values and filters of its own.")
        type_names.append(_known_type(aggregator.get("TypeName", "")))
        attributes.append(aggregator.get("AttributeName", ""))
        remaining = aggregator.get("Aggregators") or []
    type_name = type_names[0]
    if {*type_names} != {type_name} or not {*attributes} <= {*ATTRIBUTES[type_name]}:
        raise InvalidAggregatorException(f"{type_name} is counted by {', '.join(ATTRIBUTES[type_name])}.")
    return type_name, attributes


# The answer


def _counts(type_name: str, found: Sequence[Attributes], counted_by: Sequence[str]) -> list[dict[str, Any]]:
    """One entity without an id, as the page on change requests shows it.

    ASSUMPTION(ops-data-of-instances): none where there is nothing.
    """
    counts = Counter(tuple(attributes[name] for name in counted_by) for attributes in found)
    content = [
        {"Count": str(count), **dict(zip(counted_by, values, strict=True))} for values, count in sorted(counts.items())
    ]
    # ASSUMPTION(ops-data-of-instances): no CaptureTime, as in all examples there.
    return [{"Data": {type_name: {"Content": content}}}] if content else []


def _item(content: list[Attributes]) -> dict[str, Any]:
    """Return the model's OpsEntityItem.

    ASSUMPTION(ops-data-of-instances): it is captured at the request (the model has whole seconds).
    """
    return {"CaptureTime": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), "Content": content}
