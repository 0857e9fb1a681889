"""Roles that are assumed with the token of an identity provider, as HCP Terraform and GitHub do."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from sandbox_tests.cases.clients import client_of
from sandbox_tests.cases.federation import AUDIENCE, HOST, web_identity_token

if TYPE_CHECKING:
    from sandbox import Sandbox

MEMBER = "333333333333"
SUBJECT = "organization:example:run_phase:plan"
PROVIDER = f"arn:aws:iam::{MEMBER}:oidc-provider/{HOST}"
ROLE = f"arn:aws:iam::{MEMBER}:role/Plan"
SAML_PROVIDER = f"arn:aws:iam::{MEMBER}:saml-provider/Company"


def assertion(role: str = ROLE, provider: str = SAML_PROVIDER) -> str:
    attributes = {"Role": f"{role},{provider}", "RoleSessionName": "person"}
    values = "".join(
        f'<Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}"><AttributeValue>{value}</AttributeValue>'
        "</Attribute>"
        for name, value in attributes.items()
    )
    content = (
        '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID>person</NameID></Subject>'
        f"<AttributeStatement>{values}</AttributeStatement></Assertion></samlp:Response>"
    )
    return b64encode(content.encode()).decode()


def trust(action: str, provider: str, **conditions: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": f"sts:{action}",
        "Condition": {"StringEquals": conditions},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(sandbox: Sandbox) -> Any:
    return sandbox.client("iam", MEMBER)


@pytest.fixture
def sts(sandbox: Sandbox) -> Any:
    """STS without credentials, as a workload calls it."""
    config = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    session: Any = botocore.session.get_session()
    return session.create_client("sts", region_name="us-east-1", endpoint_url=sandbox.endpoint_url, config=config)


@pytest.fixture
def web_identity(iam: Any) -> dict[str, str]:
    iam.create_open_id_connect_provider(Url=f"https://{HOST}", ClientIDList=[AUDIENCE])
    conditions = {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": SUBJECT}
    iam.create_role(
        RoleName="Plan", AssumeRolePolicyDocument=trust("AssumeRoleWithWebIdentity", PROVIDER, **conditions)
    )
    return {"RoleArn": ROLE, "RoleSessionName": "run"}


def test_a_web_identity_assumes_a_role(sandbox: Sandbox, sts: Any, web_identity: dict[str, str]) -> None:
    answer = sts.assume_role_with_web_identity(**web_identity, WebIdentityToken=web_identity_token(sub=SUBJECT))
    assert (answer["Provider"], answer["Audience"]) == (PROVIDER, AUDIENCE)
    assert answer["SubjectFromWebIdentityToken"] == SUBJECT
    identity = client_of(sandbox, "sts", credentials=answer["Credentials"]).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/Plan/run"
    assert identity["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert (sandbox.calls[0].operation, sandbox.calls[0].account_id) == ("AssumeRoleWithWebIdentity", MEMBER)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "https://token.actions.githubusercontent.com"}, "InvalidIdentityToken"),
        ({"aud": "another"}, "InvalidIdentityToken"),
        ({"exp": 1_000_000_000}, "ExpiredTokenException"),
        ({"sub": "organization:example:run_phase:apply"}, "AccessDenied"),
    ],
)
def test_web_identities_that_are_refused(
    sts: Any, web_identity: dict[str, str], client_error: Any, claims: dict[str, Any], code: str
) -> None:
    with client_error(code):
        sts.assume_role_with_web_identity(
            **web_identity, WebIdentityToken=web_identity_token(**{"sub": SUBJECT, **claims})
        )


def test_a_token_is_a_json_web_token(sts: Any, web_identity: dict[str, str], client_error: Any) -> None:
    for text in ("text", "one.two.three", f"one.{b64encode(b'[1]').decode()}.three"):
        with client_error("InvalidIdentityToken"):
            sts.assume_role_with_web_identity(**web_identity, WebIdentityToken=text)


def test_a_role_that_trusts_no_provider(sts: Any, web_identity: dict[str, str], client_error: Any) -> None:
    other = {**web_identity, "RoleArn": f"arn:aws:iam::{MEMBER}:role/OrganizationAccountAccessRole"}
    with client_error("AccessDenied"):
        sts.assume_role_with_web_identity(**other, WebIdentityToken=web_identity_token(sub=SUBJECT))


def test_a_saml_identity_assumes_a_role(sandbox: Sandbox, sts: Any, iam: Any, client_error: Any) -> None:
    iam.create_saml_provider(Name="Company", SAMLMetadataDocument="x" * 1000)
    conditions = {"SAML:aud": "https://signin.aws.amazon.com/saml"}
    iam.create_role(RoleName="Plan", AssumeRolePolicyDocument=trust("AssumeRoleWithSAML", SAML_PROVIDER, **conditions))
    answer = sts.assume_role_with_saml(RoleArn=ROLE, PrincipalArn=SAML_PROVIDER, SAMLAssertion=assertion())
    identity = client_of(sandbox, "sts", credentials=answer["Credentials"]).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/Plan/person"
    assert answer["Subject"] == "person"
    for wrong in (assertion(role=f"{ROLE}s"), assertion(provider=f"{SAML_PROVIDER}s"), b64encode(b"<a>").decode()):
        with client_error("InvalidIdentityToken"):
            sts.assume_role_with_saml(RoleArn=ROLE, PrincipalArn=SAML_PROVIDER, SAMLAssertion=wrong)
