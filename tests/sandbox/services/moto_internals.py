"""Installation in moto by its internals, as of moto 5.2.5: there is no interface for it."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from moto import backend_index
from moto.core.base_backend import BaseBackend

if TYPE_CHECKING:
    from types import ModuleType

    from moto.core.base_backend import BackendDict

Backend = TypeVar("Backend", bound=BaseBackend)


def replace_backend(backends: BackendDict[Any], backend: type[Any]) -> None:
    """Let moto create its backends of a service from our class.

    moto finds a service's `urls` module beside its backend's class, so ours takes over together with the class.
    """
    if backends.backend is not backend:
        backends.backend = backend
        # Existing backends are of moto's class.
        backends.clear()


def add_service(name: str, package: ModuleType, endpoint_prefix: str) -> None:
    """Let moto serve a service that it lacks.

    `name` is what moto calls it (`ssmquicksetup`), `package` holds `<name>_backends` and `urls`.
    """
    # moto imports `moto.<name>` by its name; a package of ours under that name is found without touching moto's path.
    sys.modules.setdefault(f"moto.{name}", package)
    if all(known != name for known, _ in backend_index.backend_url_patterns):
        backend_index.backend_url_patterns.insert(
            0, (name, re.compile(rf"https?://{endpoint_prefix}\.(.+)\.amazonaws\.com"))
        )


def is_service(endpoint_prefix: str) -> bool:
    """Return whether moto, or the sandbox, knows a service by the first label of its host (`autoscaling`)."""
    host = f"https://{endpoint_prefix}.us-east-1.amazonaws.com"
    return any(pattern.match(host) for _, pattern in backend_index.backend_url_patterns)


def backend_of(backends: BackendDict[Any], backend: type[Backend], account_id: str, region: str = "aws") -> Backend:
    """Return the sandbox's backend of an account and Region ("aws" for a global service)."""
    found = backends[account_id][region]
    if not isinstance(found, backend):
        raise TypeError(
            f"sandbox.services.installation.install() must run before moto creates a {type(found).__name__}"
        )
    return found


def existing_backends(backends: BackendDict[Any], backend: type[Backend]) -> list[Backend]:
    """Return the backends that exist already, by account and Region: subscripting would create one."""
    found = sorted(backends.iter_backends(), key=lambda item: item[:2])
    return [existing for _, _, existing in found if isinstance(existing, backend)]
