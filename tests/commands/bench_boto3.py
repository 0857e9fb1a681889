"""What preflight asks, asked with boto3 alone: what a call costs the processor, and how long the usual way takes.

    python -m commands.bench_boto3 bare CALLS
    python -m commands.bench_boto3 slice ACCOUNTS REGION...

prints the processor seconds of one call; or, as JSON, the seconds of one account and of one Region in it.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress

import boto3

from commands.bench_server import ROLE, member

_HOME = "us-east-1"


def bare_call(calls: int) -> float:
    """One client, one thread."""
    client = boto3.client("cloud9", region_name=_HOME)
    client.list_environments()
    before = time.process_time()
    for _ in range(calls):
        client.list_environments()
    return (time.process_time() - before) / calls


def one_after_another(accounts: int, regions: list[str]) -> dict[str, float]:
    """As people write it: a new client for each account, Region and service."""
    entered = asked = 0.0
    sts = boto3.client("sts", region_name=_HOME)
    for number in range(accounts):
        began = time.perf_counter()
        answer = sts.assume_role(RoleArn=f"arn:aws:iam::{member(number)}:role/{ROLE}", RoleSessionName="bench")
        session = boto3.Session(
            aws_access_key_id=answer["Credentials"]["AccessKeyId"],
            aws_secret_access_key=answer["Credentials"]["SecretAccessKey"],
            aws_session_token=answer["Credentials"]["SessionToken"],
        )
        session.client("account", region_name=_HOME).list_regions()
        iam = session.client("iam", region_name=_HOME)
        with suppress(iam.exceptions.NoSuchEntityException):
            iam.get_role(RoleName="AWSServiceRoleForAWSCloud9")
        within = time.perf_counter()
        for region in regions:
            session.client("cloud9", region_name=region).list_environments()
        entered += within - began
        asked += time.perf_counter() - within
    return {"account": entered / accounts, "region": asked / accounts / len(regions)}


if __name__ == "__main__":
    kind, number, *names = sys.argv[1:]
    print(bare_call(int(number)) if kind == "bare" else json.dumps(one_after_another(int(number), names)))
