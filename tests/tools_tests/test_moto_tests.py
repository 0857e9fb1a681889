"""`make moto-tests`: the list of tests that fail, and the services."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from tools.iam.command import read_policies
from tools.moto_tests.command import BEFORE, services
from tools.moto_tests.listed import ABSENT, KINDS, STRICTER, Reason, reasons

# Of binary objects, documents in stacks and self-managed StackSets alone: the module calls the operation for others.
_CALLED_OTHERWISE = {"s3:GetObject", "ssm:DescribeDocument", "cloudformation:ListStackSetOperationResults"}


def test_every_reason_has_its_kind_its_page_and_what_shows_it() -> None:
    for reason in reasons():
        assert reason.kind in KINDS, reason
        assert all((reason.because, reason.shows, reason.tests)), reason
        assert [bool(reason.page), bool(reason.model)].count(True) == (reason.kind == STRICTER), reason
        assert reason.page.startswith("https://docs.aws.amazon.com/") or not reason.page, reason
    listed = [test for reason in reasons() for test in reason.tests]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("model", sorted({reason.model for reason in reasons() if reason.model}))
def test_the_model_has_the_constraint(model: str) -> None:
    service, _, member = model.partition(":")
    operation, *path = member.split(".")
    described: Any = botocore.session.get_session().get_service_model(service).operation_model(operation)
    shape = described.input_shape if path[0] in described.input_shape.members else described.output_shape
    for name in path:
        shape = shape.members[name] if shape.type_name == "structure" else getattr(shape, name)
    assert {"enum", "pattern", "min", "max"} & {*shape.metadata}


def test_what_the_sandbox_lacks_is_in_no_policy_of_the_module() -> None:
    """An operation in a text that shows an absence: without a permission for it, the module never calls it."""
    granted = {
        action
        for document in read_policies().values()
        for statement in document["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    operations = {
        word
        for reason in reasons()
        if reason.kind == ABSENT
        for text in reason.shows
        for word in text.split()
        if ":" in word and not word.endswith(":")
    }
    assert operations
    assert {operation for operation in operations if operation in granted} <= _CALLED_OTHERWISE


def test_a_failure_is_explained_by_what_it_shows() -> None:
    reason = Reason.of({"kind": "own", "because": "Words.", "shows": ["full stop"], "tests": ["test_a.py::test?1?"]})
    assert reason.lists("test_a.py::test[1]")
    assert not reason.lists("test_a.py::test[2]")
    assert reason.explains("AssertionError: a full stop")
    assert not reason.explains("AssertionError: a comma")


def test_every_service_of_the_sandbox_is_covered() -> None:
    assert {
        "account",
        "athena",
        "cloudformation",
        "codebuild",
        "ec2",
        "glue",
        "iam",
        "kms",
        "organizations",
        "ram",
        "s3",
        "securityhub",
        "ssm",
        "sts",
    } == {*services()}
    assert set(json.loads(BEFORE.read_text(encoding="utf-8"))["passing"]) <= set(services())
