"""EC2 of one account and Region."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from moto.ec2.models import EC2Backend, ec2_backends

from sandbox.services.moto_internals import backend_of
from sandbox.services.ssm.instances import STOPPED, TERMINATED
from sandbox.services.ssm.models import ssm_backend_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.ec2.models.amis import Ami
    from moto.ec2.models.instances import Instance
    from moto.ec2.models.vpcs import VPCEndPoint

    from sandbox.services.ssm.instances import ManagedInstance

__all__ = ["SandboxEC2Backend", "ec2_backend_of", "ec2_backends"]


class SandboxEC2Backend(EC2Backend):
    """moto's networks and instances. `impaired` has the ids of instances whose system status check fails."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.impaired: set[str] = set()
        # What moto's constructor has set: `amis` below takes its place.
        del self.amis

    def _load_amis(self) -> None:
        """Nothing at the start of the backend, where moto's images would take more time than all else together."""

    @cached_property
    def amis(self) -> dict[str, Ami]:  # type: ignore[override]
        """The images, with moto's own, from the first time that they are asked for."""
        images = self.__dict__["amis"] = {}
        super()._load_amis()
        return images

    def add_instances_of_systems_manager(self) -> None:
        """Add an instance for each one that Systems Manager has: when they are read, as few tests do."""
        known = {instance.id for instance in self.all_instances()}
        for instance in ssm_backend_of(self.account_id, self.region_name).instances.values():
            if instance.id.startswith("i-") and instance.id not in known and instance.status != TERMINATED:
                self._add(instance)

    def create_vpc_endpoint(self, *args: Any, **kwargs: Any) -> VPCEndPoint:
        """Create an endpoint; moto spells its state otherwise than botocore's model `ec2`."""
        endpoint = super().create_vpc_endpoint(*args, **kwargs)
        endpoint.state = endpoint.state.capitalize()
        return endpoint

    def _add(self, managed: ManagedInstance) -> None:
        profile = managed.instance_profile
        with self._without_images():
            reservation = self.run_instances("ami-0abcdef1234567890", 1, None, [], is_instance_type_default=True)
        instance: Instance = reservation.instances[0]
        instance.id = managed.id
        # "The platform. This value is windows for Windows instances; otherwise, it is empty": botocore's model `ec2`.
        instance.platform = "windows" if managed.platform_type == "Windows" else None
        if profile is not None:
            # As it is, whether IAM has it or not.
            arn = f"arn:aws:iam::{self.account_id}:instance-profile/{profile}"
            instance.iam_instance_profile = {"Arn": arn, "Id": "AIPA0000000000000000"}
        if managed.launched_at is not None:
            instance.launch_time = managed.launched_at.replace(tzinfo=None)
        instance.add_tags(managed.tags)
        if managed.status == STOPPED:
            instance.stop()

    @contextmanager
    def _without_images(self) -> Iterator[None]:
        """Let an instance be added whose image moto does not have, without a look at all that it has."""
        before = self.__dict__.get("amis")
        self.__dict__["amis"] = {}
        yield
        del self.__dict__["amis"]
        if before is not None:
            self.__dict__["amis"] = before


def ec2_backend_of(account_id: str, region: str) -> SandboxEC2Backend:
    """Return EC2 of an account and Region."""
    return backend_of(ec2_backends, SandboxEC2Backend, account_id, region)


def status_of(instance: Instance, *, impaired: bool) -> dict[str, Any]:
    """Return the model's InstanceStatus."""
    system = {"Status": "impaired"} if impaired else instance.system_status
    return {
        "InstanceId": instance.id,
        "AvailabilityZone": instance.availability_zone,
        "InstanceState": {"Code": instance.state_code, "Name": instance.state},
        "InstanceStatus": instance.instance_status,
        "SystemStatus": system,
    }
