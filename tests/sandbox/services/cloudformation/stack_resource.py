"""What the resource types that the sandbox adds to stacks have in common."""

from __future__ import annotations

from typing import Any, ClassVar


class StackResource:
    """A resource of a stack, deleted by its method `delete`. To be named before moto's own class.

    moto finds direct subclasses of its class alone.
    """

    type_name: ClassVar[str]

    def is_created(self) -> bool:
        return True

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def cloudformation_type(cls) -> str:
        return cls.type_name

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:  # noqa: ARG003 (the signature is moto's)
        return False

    @classmethod
    def delete_from_cloudformation_json(
        cls,
        resource_name: str,
        cloudformation_json: dict[str, Any],  # noqa: ARG003
        account_id: str,  # noqa: ARG003
        region_name: str,  # noqa: ARG003
    ) -> None:
        raise TypeError(f"{resource_name} must be deleted by its method `delete`")
