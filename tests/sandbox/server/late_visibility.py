"""Eventual consistency: for a while, reads of a service see its state from before a write."""

from __future__ import annotations

import copy
import copyreg
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.backends import get_backend
from moto.ssm.models import ParameterDict

from sandbox.server.calls import is_read_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.protocol.operations import Operation


def _reduce(parameters: ParameterDict) -> Any:
    """For copy, which does not know the parameters of its constructor."""
    arguments = (parameters.account_id, parameters.region_name)
    return (ParameterDict, arguments, vars(parameters), None, iter(parameters.items()))


copyreg.pickle(ParameterDict, _reduce)


@dataclass
class _Replica:
    """The members of a backend before a write, and how many reads still see them."""

    service: str
    backend: Any
    members: dict[str, Any]
    reads: int

    def serves(self, operation: Operation) -> bool:
        if not self.reads or not is_read_only(operation.name):
            return False
        return operation.service == self.service or (self.service, operation.service, operation.name) == (
            "iam",
            "sts",
            "AssumeRole",
        )

    @contextmanager
    def swapped(self) -> Iterator[None]:
        """Meanwhile everybody who has the backend sees the members."""
        self.reads -= 1
        current = vars(self.backend)
        self.backend.__dict__ = self.members
        try:
            yield
        finally:
            self.backend.__dict__ = current


class LateVisibility:
    """The writes that reads do not see yet. Not thread-safe."""

    def __init__(self) -> None:
        self._replicas: list[_Replica] = []

    def reset(self) -> None:
        """Have every read see the present."""
        self._replicas.clear()

    def hide_next_write(self, service: str, account_id: str, region: str, reads: int) -> None:
        """Have the next ``reads`` reads see this moment."""
        backends = get_backend(service)[_owner(service, account_id)]  # type: ignore[call-overload]
        backend = backends["aws" if service in ("iam", "organizations") else region]
        self._replicas.append(_Replica(service, backend, copy.deepcopy(vars(backend)), reads))

    @contextmanager
    def as_read_by(self, operation: Operation) -> Iterator[None]:
        """The state that a call of this operation sees: of several that it is not to see, the oldest."""
        with ExitStack() as stack:
            for replica in reversed([found for found in self._replicas if found.serves(operation)]):
                stack.enter_context(replica.swapped())
            yield


def _owner(service: str, account_id: str) -> str:
    """The account whose backend has the state: a member sees the organization of its management account."""
    if service != "organizations":
        return account_id
    from moto.organizations.models import organizations_backends

    return organizations_backends.master_accounts.get(account_id, (account_id,))[0]
