"""SNS of one account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.sns.exceptions import SNSInvalidParameter
from moto.sns.models import SNSBackend, sns_backends

if TYPE_CHECKING:
    from types import ModuleType

    from moto.sns.models import Topic

__all__ = ["SandboxSNSBackend", "sns_backends"]


class SandboxSNSBackend(SNSBackend):
    """moto's topics."""

    @property
    def _url_module(self) -> ModuleType:
        from moto.sns import urls

        return urls

    def create_topic(
        self, name: str, attributes: dict[str, str] | None = None, tags: dict[str, str] | None = None
    ) -> Topic:
        """Return the topic of the name that exists, unless it lacks one of these tags. Raises SNSInvalidParameter.

        https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html; of other tags the page has no word, and the
        message is AWS's: https://github.com/localstack/localstack/issues/2405
        """
        topic = next((known for known in self.topics.values() if known.name == name), None)
        if topic and not (tags or {}).items() <= topic._tags.items():
            raise SNSInvalidParameter("Invalid parameter: Tags Reason: Topic already exists with different tags")
        return super().create_topic(name, attributes, tags)
