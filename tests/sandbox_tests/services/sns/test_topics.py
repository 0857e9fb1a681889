"""Topics that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from sandbox import Sandbox


def test_a_topic_that_exists_is_returned_unless_it_lacks_a_tag(sandbox: Sandbox) -> None:
    sns = sandbox.client("sns")
    created = sns.create_topic(Name="alarms", Tags=[{"Key": "team", "Value": "a"}])["TopicArn"]
    for tags in ([], [{"Key": "team", "Value": "a"}]):
        assert sns.create_topic(Name="alarms", Tags=tags)["TopicArn"] == created
    with pytest.raises(ClientError, match="Topic already exists with different tags") as refused:
        sns.create_topic(Name="alarms", Tags=[{"Key": "team", "Value": "b"}])
    assert refused.value.response["Error"]["Code"] == "InvalidParameter"
