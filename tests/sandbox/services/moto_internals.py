"""How services put themselves into moto, which has no interface for it: this holds for moto 5.2.5."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from moto import backend_index

if TYPE_CHECKING:
    from types import ModuleType

    from moto.core.base_backend import BackendDict


def replace_backend(backends: BackendDict[Any], backend: type[Any]) -> None:
    """Make moto build its backends of one service from our class.

    moto finds a service's `urls` module beside its backend's class, so ours takes over together with the class.
    """
    if backends.backend is not backend:
        backends.backend = backend
        # Whatever was made before is of moto's own class.
        backends.clear()


def add_service(name: str, package: ModuleType, host_pattern: str) -> None:
    """Make moto serve a service that it lacks.

    `name` is what moto calls it (`ssmquicksetup`), `package` holds `<name>_backends` and `urls`.
    """
    # moto imports `moto.<name>` by its name; a package of ours under that name is found without touching moto's path.
    sys.modules.setdefault(f"moto.{name}", package)
    if all(known != name for known, _ in backend_index.backend_url_patterns):
        backend_index.backend_url_patterns.insert(0, (name, re.compile(host_pattern)))
