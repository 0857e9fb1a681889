"""The calls of preflight and of compliance with boto3 alone: the cost of a call, and the time of sequential calls.

    python -m tools.bench.plain_boto3 bare CALLS
    python -m tools.bench.plain_boto3 sample ACCOUNTS REGION...
    python -m tools.bench.plain_boto3 nodes CALLS
    python -m tools.bench.plain_boto3 patches CALLS
    python -m tools.bench.plain_boto3 nodes_sample ACCOUNTS REGION...

prints as JSON: processor seconds of one call of preflight; seconds of one account and of one Region; processor seconds
of one call of compliance, by operation; of one call for the patches of a node; seconds of one account.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import boto3

from tools.bench.managed_nodes import NODES
from tools.bench.server import ROLE, member

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ssm.client import SSMClient
    from mypy_boto3_ssm.type_defs import ComplianceStringFilterTypeDef, PatchOrchestratorFilterTypeDef
    from mypy_boto3_sts.client import STSClient

_HOME = "us-east-1"


def bare_call(calls: int) -> float:
    """One client, one thread."""
    client = boto3.client("cloud9", region_name=_HOME)
    client.list_environments()
    before = time.process_time()
    for _ in range(calls):
        client.list_environments()
    return (time.process_time() - before) / calls


def sequential(accounts: int, regions: list[str]) -> dict[str, float]:
    """The usual way: a new client for each account, Region and service."""
    account_seconds = region_seconds = 0.0
    sts = boto3.client("sts", region_name=_HOME)
    for number in range(accounts):
        began = time.perf_counter()
        session = _assume_role(sts, number)
        session.client("account", region_name=_HOME).list_regions()
        iam = session.client("iam", region_name=_HOME)
        with suppress(iam.exceptions.NoSuchEntityException):
            iam.get_role(RoleName="AWSServiceRoleForAWSCloud9")
        assumed = time.perf_counter()
        for region in regions:
            session.client("cloud9", region_name=region).list_environments()
        account_seconds += assumed - began
        region_seconds += time.perf_counter() - assumed
    return {"account": account_seconds / accounts, "region": region_seconds / accounts / len(regions)}


def bare_node_calls(calls: int) -> dict[str, float]:
    """One client, one thread, the responses of a Region with nodes."""
    client = boto3.client("ssm", region_name=_HOME)
    return {name: _cost(call, calls) for name, call in _calls(client).items()}


def bare_patch_call(calls: int) -> float:
    """One client, one thread, the patches of a node that is missing as many as the average of those that miss any."""
    client = boto3.client("ssm", region_name=_HOME)
    state: PatchOrchestratorFilterTypeDef = {"Key": "State", "Values": ["Missing"]}
    call = partial(client.describe_instance_patches, InstanceId=f"i-02{0:015}", Filters=[state], MaxResults=100)
    return _cost(call, calls)


def sequential_nodes(accounts: int, regions: list[str]) -> float:
    """The usual way: a new client for each account and Region."""
    began = time.perf_counter()
    sts = boto3.client("sts", region_name=_HOME)
    for number in range(accounts):
        session = _assume_role(sts, number)
        for region in regions:
            for call in _calls(session.client("ssm", region_name=region)).values():
                call()
    return (time.perf_counter() - began) / accounts


def _assume_role(sts: STSClient, number: int) -> boto3.Session:
    response = sts.assume_role(RoleArn=f"arn:aws:iam::{member(number)}:role/{ROLE}", RoleSessionName="bench")
    return boto3.Session(
        aws_access_key_id=response["Credentials"]["AccessKeyId"],
        aws_secret_access_key=response["Credentials"]["SecretAccessKey"],
        aws_session_token=response["Credentials"]["SessionToken"],
    )


def _calls(client: SSMClient) -> dict[str, Callable[[], object]]:
    ids = [f"i-{number:017}" for number in range(NODES)]
    patch: ComplianceStringFilterTypeDef = {"Key": "ComplianceType", "Values": ["Patch"], "Type": "EQUAL"}
    return {
        "DescribeInstanceInformation": partial(client.describe_instance_information, MaxResults=50),
        "DescribeInstancePatchStates": partial(client.describe_instance_patch_states, InstanceIds=ids, MaxResults=50),
        "ListResourceComplianceSummaries": partial(
            client.list_resource_compliance_summaries, Filters=[patch], MaxResults=50
        ),
    }


def _cost(call: Callable[[], object], calls: int) -> float:
    call()
    before = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - before) / calls


def _result(kind: str, number: int, regions: list[str]) -> object:
    if kind == "bare":
        return bare_call(number)
    if kind == "nodes":
        return bare_node_calls(number)
    if kind == "patches":
        return bare_patch_call(number)
    return sequential_nodes(number, regions) if kind == "nodes_sample" else sequential(number, regions)


if __name__ == "__main__":
    kind, number, *names = sys.argv[1:]
    print(json.dumps(_result(kind, int(number), names)))
