"""Pages of a list, as every paginated AWS operation returns them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from moto.core.responses import ActionResult

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")


def page_result(
    member: str,
    items: Sequence[Any],
    *,
    token: str | None,
    limit: int,
    invalid_token: Exception,
    token_member: str = "NextToken",  # noqa: S107 (no password)
) -> ActionResult:
    """Return the result of a list operation: the page at `token`, and the token of the next page if there is one."""
    page, next_token = paginate(items, token=token, limit=limit, invalid_token=invalid_token)
    return ActionResult({member: page, **({token_member: next_token} if next_token else {})})


def paginate(
    items: Sequence[Item], *, token: str | None, limit: int, invalid_token: Exception
) -> tuple[list[Item], str | None]:
    """Return the page at `token`, and the token of the next page. Raises `invalid_token`."""
    start = 0
    if token:
        if not token.isdecimal() or not 0 < int(token) < len(items):
            raise invalid_token
        start = int(token)
    end = start + limit
    return list(items[start:end]), (str(end) if end < len(items) else None)
