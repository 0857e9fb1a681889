"""The result of the checks: as text, and as a file to attach to a report."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.probe.creation import CleanUpError
from tools.probe.model import AS_ASSUMED, FAILED, NO_EVIDENCE, NOT_RUN, REFUTED, Observation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tools.probe.model import Check, Organization

EXIT_AS_ASSUMED, EXIT_REFUTED, EXIT_ERROR = 0, 1, 2

_ACCOUNT_ID = re.compile(r"(?<![0-9a-zA-Z])\d{12}(?![0-9a-zA-Z])")


class UsageError(Exception):
    """The command cannot begin; the message says what to do."""


@dataclass(frozen=True)
class Result:
    """What one check observed. `error` is AWS's message if it could not be run to its end."""

    check: str
    settles: tuple[str, ...]
    observations: list[Observation] = field(default_factory=list)
    error: str = ""
    not_run: str = ""

    def verdicts(self) -> dict[str, str]:
        """The verdict on each assumption: one observation that refutes it is enough."""
        order = (REFUTED, AS_ASSUMED, NO_EVIDENCE)
        found = {}
        for id_ in self.settles:
            seen = {observation.verdict for observation in self.observations if observation.assumption == id_}
            without = FAILED if self.error else NOT_RUN if self.not_run else NO_EVIDENCE
            found[id_] = next((verdict for verdict in order if verdict in seen), without)
        return found


def run(checks: Iterable[Check], organization: Organization, *, write: bool) -> Iterator[Result]:
    """Run the checks; those that write only if they may."""
    for check in checks:
        if check.writes and not write:
            yield Result(check.name, check.settles, not_run="It writes: WRITE=1, ACCOUNT and TARGET allow it.")
            continue
        observations: list[Observation] = []
        try:
            observations.extend(check.run(organization))
        except (BotoCoreError, ClientError, CleanUpError) as error:
            yield Result(check.name, check.settles, observations, error=f"{error} It calls {', '.join(check.calls)}.")
        else:
            yield Result(check.name, check.settles, observations)


def exit_status(results: Iterable[Result]) -> int:
    verdicts = {verdict for result in results for verdict in result.verdicts().values()}
    errors = any(result.error for result in results)
    return EXIT_REFUTED if REFUTED in verdicts else EXIT_ERROR if errors else EXIT_AS_ASSUMED


def describe(results: Iterable[Result]) -> Iterator[str]:
    """The results as lines of text."""
    for result in results:
        for id_, verdict in result.verdicts().items():
            yield f"{verdict:12} {id_}  ({result.check})"
            for observation in result.observations:
                if observation.assumption == id_:
                    yield f"             {observation.message}"
        if result.error or result.not_run:
            yield f"             {result.error or result.not_run}"


def write(file: Path, results: Iterable[Result], about: dict[str, Any], *, masked: bool) -> None:
    """Write the results as JSON, with numbers in place of account ids if `masked`."""
    content = {
        **about,
        "results": [{**asdict(result), "verdicts": result.verdicts()} for result in results],
    }
    text = json.dumps(content, indent=2, default=str) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(mask(text) if masked else text, encoding="utf-8")


def mask(text: str) -> str:
    """The text with account ids numbered in the order of their first appearance: 000000000001 and so on."""
    numbers: dict[str, str] = {}
    return _ACCOUNT_ID.sub(lambda found: numbers.setdefault(found[0], f"{len(numbers) + 1:012}"), text)
