"""Rules of inputs that several modules have, each by its module."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from terraform.contract import service_rules as services
from terraform.contract.validation_rule import LETTERS, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

BUCKETS_NEARLY = (
    *("xn--logs", "sthree-logs", "amzn-s3-demo-logs", "logs-s3alias", "logs--ol-s3", "logs.mrap", "logs--x-s3"),
    *("logs--table-s3", "192.168.0.1", "a..b", "-logs", "logs-", "loGs", "ab", "a" * 64),
)


def role_paths(module: str, variable: str = "role_path") -> Rule:
    """The path of a role."""
    return Rule(
        variable,
        ("/", "/platform/", "/a/b/", f"/{'a' * 510}/"),
        partial(services.model, "iam", "pathType"),
        module,
        near=("/a b/", "/a", "a/"),
        signs=LETTERS + "/ ",
        maximum=512,
    )


def boundaries(module: str) -> Rule:
    """The ARN of a permissions boundary."""
    return Rule(
        "permissions_boundary",
        ("arn:aws:iam::111111111111:policy/Boundary", "arn:aws-us-gov:iam::aws:policy/PowerUserAccess"),
        services.boundary,
        module,
        near=("arn:aws:iam::111111111111:policy/", "arn:aws:iam::111111111111:policy/a b"),
        signs="arn:aws:iam::111111111111:policy/",
    )


def rates(module: str, variable: str, shape: str, samples: Sequence[str]) -> Rule:
    """A number of nodes, or a percentage of them; `shape`: of Systems Manager's model."""
    return Rule(variable, samples, partial(services.model, "ssm", shape), module, signs="0123456789%", maximum=7)
