"""Deployments that fail on request, with a reason such as the denial of a service control policy."""

from __future__ import annotations


class InjectedFailures:
    """Failure reasons, by the name of a configuration manager or StackSet, account and Region."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str, str], str] = {}

    def set(self, name: str, account_id: str, region: str, reason: str | None) -> None:
        """Let every deployment fail with the reason; None removes the failure."""
        if reason is None:
            self._reasons.pop((name, account_id, region), None)
        else:
            self._reasons[name, account_id, region] = reason

    def reason(self, name: str, account_id: str, region: str) -> str | None:
        return self._reasons.get((name, account_id, region))

    def clear(self) -> None:
        self._reasons.clear()
