"""Creates in a sandbox what another run of it had created, from the recorded requests.

Random ids are those of the recorded run, as long as moto draws as many for a request as it did then. Those that differ
nevertheless take the place of the recorded ones, in later requests and in whatever text of the recorded run the caller
has.
"""

from __future__ import annotations

import re
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness import HarnessError
from sandbox.clock import START
from sandbox.server.recording import seed_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sandbox import Sandbox
    from sandbox.server.recording import Exchange

# A character that a URL or JSON escapes is no part of the word after it.
_WORD = re.compile(r"%[0-9A-F]{2}|\\u[0-9a-f]{4}|\\[bfnrt]|[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")

# A Quick Setup configuration's, and the number of digits of an account's.
_SHORTEST, _ACCOUNT = 5, 12

_VALUE = re.compile(r'[<>"]')


def words(text: str) -> Iterator[str]:
    """What may be an id: letters and digits, with the hyphens between them."""
    return (found[0] for found in _WORD.finditer(text))


def _aligned(recorded: str, present: str) -> Iterator[tuple[str, str]]:
    """The words at the same place of both, as far as both have the same places."""
    before, now = _VALUE.split(recorded), _VALUE.split(present)
    # A list with more or fewer entries tells nothing.
    if len(before) != len(now):
        return
    for old, new in zip(before, now, strict=True):
        # A session token has any number of words.
        if len(old_words := list(words(old))) == len(new_words := list(words(new))):
            yield from zip(old_words, new_words, strict=True)


def _may_be_id(before: str, now: str) -> bool:
    """Not an hour or a minute: IAM has the time of this machine."""
    return len(before) == len(now) and (len(before) == _ACCOUNT if before.isdigit() else len(before) >= _SHORTEST)


class Ids:
    """The ids of the recorded run, and those of this one in their place."""

    def __init__(self) -> None:
        self._present: dict[str, str] = {}

    def learn(self, recorded: str, present: str) -> set[str]:
        """Compare two answers to one request, word by word. Returns the recorded ids that were unknown before."""
        different = {old: new for old, new in _aligned(recorded, present) if old != new and _may_be_id(old, new)}
        unknown = different.keys() - self._present.keys()
        self._present |= {old: different[old] for old in unknown}
        return unknown

    def replace(self, text: str) -> str:
        """The text with the ids of this run."""
        return _WORD.sub(lambda found: self._replaced(found[0]), text)

    def _replaced(self, word: str) -> str:
        """With each id in it replaced: an id may also be a part of a name, as in aws-quicksetup-patchpolicy-ID."""
        parts, done = word.split("-"), list[str]()
        while parts:
            runs = (("-".join(parts[:length]), length) for length in range(len(parts), 0, -1))
            found, length = next(((run, length) for run, length in runs if run in self._present), (parts[0], 1))
            done.append(self._present.get(found, found))
            del parts[:length]
        return "-".join(done)


def replay(sandbox: Sandbox, exchanges: Iterable[Exchange]) -> Ids:
    """Send the requests, each at its time of the virtual clock. Raises HarnessError for an answer of another status."""
    ids = Ids()
    for exchange, answer in replayed(sandbox, exchanges, ids):
        ids.learn(exchange.answer, answer)
    return ids


def replayed(sandbox: Sandbox, exchanges: Iterable[Exchange], ids: Ids) -> Iterator[tuple[Exchange, str]]:
    """Send the requests with the ids that the caller learns of each answer. Raises HarnessError as `replay` does."""
    with closing(HTTPConnection(urlsplit(sandbox.endpoint_url).netloc)) as connection:
        for exchange in exchanges:
            advance_to(sandbox, exchange.seconds)
            seed_ids(exchange.seed)
            headers = {name: ids.replace(value) for name, value in exchange.headers.items()}
            body = ids.replace(exchange.body).encode(errors="surrogateescape")
            connection.request(exchange.method, ids.replace(exchange.path), body, headers)
            response = connection.getresponse()
            answer = response.read().decode(errors="surrogateescape")
            if response.status != exchange.status:
                raise HarnessError(
                    f"{exchange.operation} was answered with {exchange.status} when it was recorded, and is with "
                    f"{response.status} now: {answer[:500]}"
                )
            yield exchange, answer


def advance_to(sandbox: Sandbox, seconds: float) -> None:
    """Move the virtual clock to `seconds` after its start, unless it is later already."""
    passed = (sandbox.clock.now() - START).total_seconds()
    sandbox.clock.advance(max(0.0, seconds - passed))
