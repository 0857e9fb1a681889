"""Cloud9 of one account and Region.

https://docs.aws.amazon.com/cloud9/latest/APIReference/Welcome.html. None is created here: Cloud9 takes no new customers
(botocore model `cloud9`), so environments come from scenarios.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from sandbox.services.cloud9.exceptions import BadRequestException, NotFoundException
from sandbox.services.iam.models import create_service_linked_role_once


@dataclass(frozen=True)
class Environment:
    """A development environment. `type` as in the model: `ec2` has an instance of its own, `ssh` is elsewhere."""

    id: str
    name: str
    type: str
    owner_arn: str
    arn: str

    def describe(self) -> dict[str, Any]:
        """Return the model's Environment."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "arn": self.arn,
            "ownerArn": self.owner_arn,
            "lifecycle": {"status": "CREATED"},
        }


class Cloud9Backend(BaseBackend):
    """The environments, by id."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.environments: dict[str, Environment] = {}

    @property
    def has_instances(self) -> bool:
        """Whether any environment is of type `ec2`."""
        return any(environment.type == "ec2" for environment in self.environments.values())

    def add_environment(self, environment_id: str, name: str, environment_type: str, owner_arn: str) -> None:
        """Add an existing environment, and the service-linked role that its creation added.

        https://docs.aws.amazon.com/cloud9/latest/user-guide/using-service-linked-roles.html
        """
        create_service_linked_role_once(self.account_id, "cloud9.amazonaws.com")
        self.environments[environment_id] = Environment(
            id=environment_id,
            name=name,
            type=environment_type,
            owner_arn=owner_arn,
            arn=f"arn:aws:cloud9:{self.region_name}:{self.account_id}:environment:{environment_id}",
        )

    def describe_environments(self, environment_ids: list[str]) -> list[dict[str, Any]]:
        """Return the environments in the order of the request. Raises NotFoundException when one is not there."""
        return [self._environment(environment_id).describe() for environment_id in environment_ids]

    def delete_environment(self, environment_id: str) -> None:
        """Delete an environment. Raises NotFoundException.

        At once; on AWS it is DELETING for some minutes.
        """
        self._environment(environment_id)
        del self.environments[environment_id]

    def _environment(self, environment_id: str) -> Environment:
        if environment_id not in self.environments:
            raise NotFoundException(f"Environment not found: {environment_id}")
        return self.environments[environment_id]


cloud9_backends = BackendDict(Cloud9Backend, "cloud9")


def cloud9_backend_of(account_id: str, region: str) -> Cloud9Backend:
    """Return Cloud9 of an account and Region. Raises BadRequestException where AWS has no endpoint."""
    if region not in cloud9_backends[account_id].regions:
        raise BadRequestException(f"Cloud9 has no endpoint in the Region {region}.")
    return cloud9_backends[account_id][region]


def has_cloud9_instances(account_id: str, region: str) -> bool:
    """Return whether an environment of an account and Region is of type `ec2`."""
    known = cloud9_backends[account_id]
    # "in" its keys first: asking for a Region would create its backend.
    return region in dict.keys(known) and known[region].has_instances
