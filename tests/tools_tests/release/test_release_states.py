from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import boto3
import pytest

from harness import HarnessError
from harness.complete import ADMINISTRATOR
from harness.organization import child_units, root_id
from sandbox import Scenario
from tools.release_states import replay

if TYPE_CHECKING:
    from sandbox import Sandbox
    from sandbox.server.recording import Exchange

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": ADMINISTRATOR}, "Action": "sts:AssumeRole"}],
}


def _record(sandbox: Sandbox) -> tuple[list[Exchange], str]:
    """A unit with an account in it, and a key of that account by a role; the requests, and the id of the key."""
    with sandbox.recording() as exchanges:
        organizations, iam = sandbox.client("organizations"), sandbox.client("iam", ADMINISTRATOR)
        created = organizations.create_organizational_unit(ParentId=root_id(sandbox), Name="New")
        unit = created["OrganizationalUnit"]["Id"]
        organizations.move_account(AccountId=ADMINISTRATOR, SourceParentId=root_id(sandbox), DestinationParentId=unit)
        sandbox.clock.advance(100)
        role = iam.create_role(RoleName="Keys", AssumeRolePolicyDocument=json.dumps(_TRUST))["Role"]["Arn"]
        session = sandbox.client("sts", ADMINISTRATOR).assume_role(RoleArn=role, RoleSessionName="one")["Credentials"]
        key = boto3.client(
            "kms",
            region_name="us-east-1",
            endpoint_url=sandbox.endpoint_url,
            aws_access_key_id=session["AccessKeyId"],
            aws_secret_access_key=session["SecretAccessKey"],
            aws_session_token=session["SessionToken"],
        ).create_key(Description=unit)["KeyMetadata"]["KeyId"]
    return exchanges, str(key)


@pytest.mark.parametrize("same_ids", [True, False])
def test_the_same_organization(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, *, same_ids: bool) -> None:
    exchanges, key = _record(sandbox)
    unit = child_units(sandbox)["New"]
    before, time = sandbox.snapshot(), sandbox.clock.now()
    sandbox.reset(Scenario.named("bare"))
    if not same_ids:
        monkeypatch.setattr(replay, "seed_ids", lambda _: None)

    ids = replay.replay(sandbox, exchanges)

    text = ids.replace(f"alias/{key} arn:aws:organizations::111111111111:ou/o-sandbox0001/{unit}-suffix")
    assert (key in text and unit in text) is same_ids
    present = child_units(sandbox)["New"]
    assert f"/{present}-suffix" in text
    (found,) = sandbox.client("kms", ADMINISTRATOR).list_keys()["Keys"]
    assert f"alias/{found['KeyId']} " in text
    assert json.loads(json.dumps(before).replace(unit, present)) == sandbox.snapshot()
    assert sandbox.clock.now() == time


def test_another_answer_is_an_error(sandbox: Sandbox) -> None:
    exchanges, _ = _record(sandbox)
    sandbox.reset(Scenario.named("bare"))
    changed = [
        replace(one, body=one.body.replace("New", "x" * 200)) if one.operation == "CreateOrganizationalUnit" else one
        for one in exchanges
    ]
    with pytest.raises(HarnessError, match=r"CreateOrganizationalUnit was answered with 200 .* and is with 400 now"):
        replay.replay(sandbox, changed)
    sandbox.violations.clear()
