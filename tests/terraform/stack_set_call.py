"""A call of modules/stack-set: a parameter of Parameter Store in each account of its `targets`, which the test adds."""

from __future__ import annotations

import json
from typing import Any

_TEMPLATE = {
    "Resources": {
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/example", "Type": "String", "Value": "one"},
        }
    }
}
CALL: dict[str, Any] = {
    "source": "../module/modules/stack-set",
    "name": "example",
    "description": "A parameter.",
    "call_as": "DELEGATED_ADMIN",
    "regions": ["us-east-1"],
    "failure": "These failed:",
    "template_body": json.dumps(_TEMPLATE),
}
