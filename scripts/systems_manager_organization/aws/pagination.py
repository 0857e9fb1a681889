"""Items of botocore's paginators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.paginate import PageIterator


def paginate(
    pages: PageIterator[Any], call: Callable[[partial[dict[str, Any] | None]], dict[str, Any] | None], result_key: str
) -> Iterator[Any]:
    """The items of each page, as it is fetched.

    Args:
        call: runs the function that fetches a page.
        result_key: the list of items in a page; "": the paginator's first.
    """
    fetch = partial(next, iter(pages), None)
    first_key = pages.result_keys[0]  # type: ignore[index] # each paginator has one
    while (page := call(fetch)) is not None:
        yield from (page.get(result_key) if result_key else first_key.search(page)) or ()
