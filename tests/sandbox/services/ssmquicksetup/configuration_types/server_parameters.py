"""Parameters that Quick Setup adds to a definition.

AWS answered `QSForceUpdateParam` for a manager that had been created without it (hashicorp/terraform-provider-aws issue
44687). When AWS does so is not documented, so it is off by default.
"""

from __future__ import annotations


class ServerParameters:
    """What is added to the definitions of each manager, by the manager's name."""

    def __init__(self) -> None:
        self._by_manager: dict[str, dict[str, str]] = {}

    def add(self, manager_name: str, key: str, value: str) -> None:
        """Add the parameter at each creation and update of that manager from now on."""
        self._by_manager.setdefault(manager_name, {})[key] = value

    def complete(self, manager_name: str, parameters: dict[str, str]) -> dict[str, str]:
        """Return the parameters with the added ones; those of the caller take precedence."""
        return {**self._by_manager.get(manager_name, {}), **parameters}

    def is_known(self, key: str) -> bool:
        """Return whether AWS may add it, so that a caller may send it back, whatever the type.

        ASSUMPTION(quick-setup-parameters-are-checked): it may.
        """
        return any(key in added for added in self._by_manager.values())

    def clear(self) -> None:
        self._by_manager.clear()


server_parameters = ServerParameters()
