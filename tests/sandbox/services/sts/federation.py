"""Identities of the identity providers of IAM, from their tokens. The sandbox verifies no signatures.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
"""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from sandbox.clock import clock
from sandbox.services.iam.models import iam_backend_of
from sandbox.services.sts.exceptions import ExpiredTokenException, InvalidIdentityToken

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"
_SAML_ROLE = "https://aws.amazon.com/SAML/Attributes/Role"
_ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"


@dataclass(frozen=True)
class FederatedIdentity:
    """An identity with its provider, and the condition keys that trust policies know of it."""

    provider_arn: str
    context: Mapping[str, str]
    subject: str
    audience: str


def web_identity(account_id: str, token: str) -> FederatedIdentity:
    """Return the identity of an OpenID Connect token. Raises InvalidIdentityToken or ExpiredTokenException."""
    claims = _claims(token)
    issuer, subject = str(claims.get("iss", "")), str(claims.get("sub", ""))
    audience = str(claims.get("azp") or claims.get("aud", ""))
    host = issuer.removeprefix("https://").rstrip("/")
    provider_arn = f"arn:aws:iam::{account_id}:oidc-provider/{host}"
    provider = iam_backend_of(account_id).open_id_providers.get(provider_arn)
    if provider is None:
        # aws-actions/configure-aws-credentials issue 280
        raise InvalidIdentityToken(f"No OpenIDConnect provider found in your account for {issuer}")
    if audience not in provider.client_id_list:
        # ASSUMPTION(sts-federation-messages): this text and the others of this module.
        raise InvalidIdentityToken("Incorrect token audience")
    if float(claims.get("exp", 0)) < clock.now().timestamp():
        raise ExpiredTokenException("Token expired: current date/time must be before the expiration date/time")
    return FederatedIdentity(provider_arn, {f"{host}:aud": audience, f"{host}:sub": subject}, subject, audience)


def saml_identity(account_id: str, assertion: str, role_arn: str, provider_arn: str) -> FederatedIdentity:
    """Return the identity of a SAML response that has the role and the provider. Raises InvalidIdentityToken."""
    providers = [provider.arn for provider in iam_backend_of(account_id).list_saml_providers()]
    try:
        root = ET.fromstring(b64decode(assertion))  # noqa: S314 (of a test, on loopback)
    except (ValueError, ET.ParseError) as error:
        raise InvalidIdentityToken("Invalid SAML response") from error
    roles = [
        {part.strip() for part in (value.text or "").split(",")}
        for attribute in root.iter(f"{_ASSERTION}Attribute")
        if attribute.get("Name") == _SAML_ROLE
        for value in attribute.iter(f"{_ASSERTION}AttributeValue")
    ]
    if provider_arn not in providers or {role_arn, provider_arn} not in roles:
        raise InvalidIdentityToken("The SAML response has no such role and provider.")
    subject = next((name.text or "" for name in root.iter(f"{_ASSERTION}NameID")), "")
    return FederatedIdentity(provider_arn, {"saml:aud": _SAML_AUDIENCE, "saml:sub": subject}, subject, _SAML_AUDIENCE)


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError) as error:
        raise InvalidIdentityToken("The ID Token provided is not a valid JWT.") from error
    if not isinstance(claims, dict):
        raise InvalidIdentityToken("The ID Token provided is not a valid JWT.")
    return claims
