"""What the clients of botocore in one process can share."""

from __future__ import annotations

from functools import cache, wraps
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.client import ClientCreator

if TYPE_CHECKING:
    from collections.abc import Callable


def share_clients(set_attribute: Callable[[object, str, Any], None]) -> None:
    """Have every session read the models of services once, and every client of a service share its methods.

    That takes more than half of the time of a program's run: EC2 alone has 700 methods. `set_attribute` is `setattr`,
    or what undoes it.
    """
    set_attribute(botocore.session, "create_loader", cache(botocore.session.create_loader))
    # Not in its type stubs.
    creator: Any = ClientCreator
    set_attribute(creator, "_create_methods", _once_for_a_service(creator._create_methods))


def _once_for_a_service(create: Callable[[ClientCreator, Any], dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    created: dict[str, dict[str, Any]] = {}

    @wraps(create)
    def methods(creator: ClientCreator, model: Any) -> dict[str, Any]:
        if model.service_name not in created:
            created[model.service_name] = create(creator, model)
        return dict(created[model.service_name])

    return methods
