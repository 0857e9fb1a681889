"""EC2: what differs from moto's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox import Sandbox


def test_statuses_are_filtered(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2")
    started = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=2, MaxCount=2)["Instances"]
    stopped, running = (instance["InstanceId"] for instance in started)
    ec2.stop_instances(InstanceIds=[stopped])
    for state, expected in (("stopped", [stopped]), ("running", [running])):
        filters = [{"Name": "instance-state-name", "Values": [state]}]
        found = ec2.describe_instance_status(IncludeAllInstances=True, Filters=filters)["InstanceStatuses"]
        assert [status["InstanceId"] for status in found] == expected


@pytest.mark.scenario("realistic")
def test_images_are_read_when_they_are_asked_for(sandbox: Sandbox) -> None:
    ec2 = sandbox.client("ec2", region="ap-northeast-1")
    assert ec2.describe_instances()["Reservations"]
    (image,) = ec2.describe_images(ImageIds=["ami-12c6146b"])["Images"]
    assert (image["OwnerId"], image["Platform"]) == ("801119661308", "windows")
    assert ec2.describe_instances()["Reservations"]
