"""Tokens of identity providers."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

HOST, AUDIENCE = "app.terraform.io", "aws.workload.identity"


def web_identity_token(**claims: Any) -> str:
    """A JSON Web Token of HCP Terraform; the sandbox verifies no signatures."""
    valid = {"iss": f"https://{HOST}", "aud": AUDIENCE, "exp": 4_000_000_000}
    payload = urlsafe_b64encode(json.dumps({**valid, **claims}).encode()).decode().rstrip("=")
    return f"header.{payload}.signature"
