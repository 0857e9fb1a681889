"""Lists that AWS tells page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def paginate(
    ask: Callable[..., Mapping[str, Any]], member: str, *, sent: str = "NextToken", received: str = "NextToken"
) -> Iterator[Any]:
    """What is under `member` of every answer of `ask`, as it comes.

    Args:
        ask: asks for a page, of which only the parameter that names the page is still to be given.
        sent: that parameter.
        received: where an answer names the next page; the last page has nothing or "" there.
    """
    page = ask()
    yield from page[member]
    while page.get(received):
        page = ask(**{sent: page[received]})
        yield from page[member]
