"""Items of all pages of an operation."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from systems_manager_organization.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from botocore.paginate import PageIterator


def paginate(
    pages: PageIterator[Any],
    call: Callable[[Callable[[], dict[str, Any] | None]], dict[str, Any] | None],
    result_key: str,
) -> Iterator[Any]:
    """The items of each page, as botocore's paginator fetches it.

    Args:
        call: runs the function that fetches a page.
        result_key: the list of items in a page; "": the paginator's first.
    """
    fetch = _Fetch(pages)
    first_key = pages.result_keys[0]  # type: ignore[index] # each paginator has one
    while (page := call(fetch)) is not None:
        yield from (page.get(result_key) if result_key else first_key.search(page)) or ()


class _Fetch:
    """Returns the next page at each call; None after the last. A call that failed may be repeated."""

    def __init__(self, pages: PageIterator[Any]) -> None:
        self._pages = pages
        self._iterator: Iterator[Any] | None = None
        self._fetched = 0

    def __call__(self) -> dict[str, Any] | None:
        iterator, self._iterator = self._iterator, None
        if iterator is None:
            # botocore's iterator says after an error that there are no more pages, so that a list would end there.
            iterator = islice(self._pages, self._fetched, None)
        page: dict[str, Any] | None = next(iterator, None)
        self._iterator, self._fetched = iterator, self._fetched + 1
        return page


def follow_tokens(
    call: Callable[..., Mapping[str, Any]], rule: Mapping[str, Any], parameters: Mapping[str, object]
) -> Iterator[Any]:
    """The items of each page, without botocore's paginator, which takes a tenth of a call's time.

    Args:
        call: the operation. It raises ScriptError.
        rule: botocore's description of the operation's pages, in which all keys are plain names.

    Raises ScriptError also when a page has the token of the page before, and would have it for ever.
    """
    given, returned, items = rule["input_token"], rule["output_token"], rule["result_key"]
    while True:
        page = call(**parameters)
        yield from page.get(items) or ()
        token = page.get(returned)
        if not token:
            return
        if token == parameters.get(given):
            raise ScriptError(f"AWS returned the same {returned} twice, {token}: run this again later.")
        parameters = {**parameters, given: token}
