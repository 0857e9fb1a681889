"""Pages of a list, as every paginated AWS operation cuts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")


def page_of(
    items: Sequence[Item],
    *,
    token: str | None,
    limit: int,
    invalid_token: Callable[[], Exception],
) -> tuple[list[Item], str | None]:
    """Return the page that `token` points at and the token of the next one, None when there is none.

    Raises what `invalid_token` makes when the token is not one that an earlier page gave out.
    """
    start = 0
    if token:
        if not token.isdecimal() or not 0 < int(token) < len(items):
            raise invalid_token()
        start = int(token)
    end = start + limit
    return list(items[start:end]), (str(end) if end < len(items) else None)
