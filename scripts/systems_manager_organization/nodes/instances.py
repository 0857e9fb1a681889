"""The instances of an account for the patch compliance report: those that no report of managed nodes contains."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems_manager_organization.compliance.model.node import time_text
from systems_manager_organization.nodes import reading
from systems_manager_organization.nodes.columns import MANAGED, UNMANAGED
from systems_manager_organization.nodes.diagnosis import diagnose
from systems_manager_organization.nodes.reading import AccountReader, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from systems_manager_organization.aws.account_sessions import AccountSession
    from systems_manager_organization.compliance.model.node import AccountRegionResult
    from systems_manager_organization.nodes.evidence import Item

_LISTING = ("ec2:DescribeInstances",)
_TAGS = ("ssm:ListTagsForResource",)
_HYBRID = "mi-"


@dataclass(frozen=True)
class NodeInstances:
    """See `InstanceSource`.

    Attributes:
        tag_keys: the tags that are read; of a hybrid node that takes a call of its own.
        diagnoses: whether to read why an instance is not managed.
    """

    tag_keys: frozenset[str] = frozenset()
    diagnoses: bool = True

    @property
    def actions(self) -> Sequence[str]:
        return (*_LISTING, *(reading.ACTIONS if self.diagnoses else ()), *(_TAGS if self.tag_keys else ()))

    def reader_of(self, session: AccountSession) -> Callable[[AccountRegionResult, Sequence[Item]], list[Any]]:
        reader = AccountReader(session)

        def read(result: AccountRegionResult, listed: Sequence[Item]) -> list[tuple[str, ...]]:
            known = {node["InstanceId"] for node in listed}
            instances = reader.instances(result.region)
            unmanaged = [instance for instance in instances if instance["InstanceId"] not in known]
            diagnoses = dict.fromkeys((one["InstanceId"] for one in unmanaged), ("", "", ""))
            if self.diagnoses:
                for evidence in reader.evidence(result.region, unmanaged, {}):
                    found = diagnose(evidence, result.region)
                    diagnoses[evidence.instance["InstanceId"]] = (found.cause, found.evidence, found.remedy)
            rows = [self._instance(result, instance, diagnoses.get(instance["InstanceId"])) for instance in instances]
            hybrid = [node for node in listed if node["InstanceId"].startswith(_HYBRID)]
            return rows + [self._hybrid(result, session, node) for node in hybrid]

        return read

    def _instance(
        self, result: AccountRegionResult, instance: Item, diagnosis: tuple[str, str, str] | None
    ) -> tuple[str, ...]:
        return (
            *_columns(result),
            instance["InstanceId"],
            name_of(instance),
            _platform_type(instance),
            instance["State"]["Name"],
            _time(instance.get("LaunchTime")),
            MANAGED if diagnosis is None else UNMANAGED,
            *(diagnosis or ("", "", "")),
            self._tags({tag["Key"]: tag["Value"] for tag in instance.get("Tags", ())}),
        )

    def _hybrid(self, result: AccountRegionResult, session: AccountSession, node: Item) -> tuple[str, ...]:
        """A machine outside EC2, of which Systems Manager alone knows."""
        tags: dict[str, str] = {}
        if self.tag_keys:
            answer = session.call(
                "ssm",
                result.region,
                "list_tags_for_resource",
                ResourceType="ManagedInstance",
                ResourceId=node["InstanceId"],
            )
            tags = {tag["Key"]: tag["Value"] for tag in answer["TagList"]}
        registered = _time(node.get("RegistrationDate"))
        columns, platform = _columns(result), node.get("PlatformType", "")
        return (*columns, node["InstanceId"], "", platform, "", registered, MANAGED, "", "", "", self._tags(tags))

    def _tags(self, tags: Mapping[str, str]) -> str:
        return json.dumps([f"{key}={tags[key]}" for key in sorted(self.tag_keys & tags.keys())])


def _columns(result: AccountRegionResult) -> tuple[str, str, str, str]:
    return result.account_id, result.account_name, result.organizational_unit, result.region


def _platform_type(instance: Item) -> str:
    # "The platform. This value is windows for Windows instances; otherwise, it is empty": botocore's model `ec2`.
    if str(instance.get("Platform", "")).lower() == "windows":
        return "Windows"
    return "MacOS" if str(instance.get("InstanceType", "")).startswith("mac") else "Linux"


def _time(time: Any) -> str:
    return time_text(time) if time else ""
