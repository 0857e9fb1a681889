"""Handles requests to EC2."""

from __future__ import annotations

from moto.core.responses import ActionResult
from moto.ec2.responses import EC2Response as MotoEC2Response

from sandbox.services.ec2.models import SandboxEC2Backend, ec2_backend_of, status_of


class EC2Response(MotoEC2Response):
    """moto's operations on our backend."""

    @property
    def ec2(self) -> SandboxEC2Backend:
        return ec2_backend_of(self.current_account, self.region)

    def describe_instances(self) -> ActionResult:
        self.ec2.add_instances_of_systems_manager()
        return super().describe_instances()

    def describe_instance_status(self) -> ActionResult:
        """Describe the running instances.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
        """
        ec2 = self.ec2
        found = ec2.describe_instance_status(
            self._get_param("InstanceIds", []),
            self._get_bool_param("IncludeAllInstances", False),
            [{"name": name, "values": values} for name, values in self._filters_from_querystring().items()],
        )
        statuses = [status_of(instance, impaired=instance.id in ec2.impaired) for instance in found]
        return ActionResult({"InstanceStatuses": statuses})
