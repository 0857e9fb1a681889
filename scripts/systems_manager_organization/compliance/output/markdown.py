"""A report in Markdown, for the summary of a job: what does not fit is left out, and said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TextIO

from systems_manager_organization.plain_text import plain_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# GitHub refuses a summary of more than 1,024 KiB as a whole.
# https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
LIMIT = 1_000_000
# What must follow the table has this much.
_RESERVED = 100_000
# A name must not become a link, an image, HTML or a mention; nor a link that GitHub makes of www. and of a protocol.
# https://github.github.com/gfm/#autolinks-extension-
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|@~&-]|(?<=www)\.|:(?=//))", re.IGNORECASE)


def write_markdown(
    before: Iterable[str],
    headings: Sequence[str],
    table: Iterable[Sequence[str]],
    after: Iterable[str],
    file: TextIO,
    limit: int = LIMIT,
) -> None:
    """Writes the lines, the table and the lines after it, no more than `limit` bytes."""
    writer = _Writer(file, limit - min(_RESERVED, limit // 2))
    for line in before:
        writer.write(f"{_escaped(line)}\n\n")
    cells = "".join(f" {_escaped(heading)} |" for heading in headings)
    writer.write(f"|{cells}\n|{' --- |' * len(headings)}\n")
    left_out = 0
    for row in table:
        if left_out or not writer.write("|" + "".join(f" {_escaped(cell)} |" for cell in row) + "\n"):
            left_out += 1
    writer.limit = limit - 200
    if left_out:
        writer.write(f"\n{left_out} more rows, which \\-\\-format json has.\n")
    cut = [line for line in after if not writer.write(f"\n{_escaped(line)}\n")]
    if cut:
        file.write(f"\n{len(cut)} more lines, which \\-\\-format json has.\n")


class _Writer:
    def __init__(self, file: TextIO, limit: int) -> None:
        self._file = file
        self.limit = limit
        self._written = 0

    def write(self, text: str) -> bool:
        """Whether it fitted."""
        size = len(text.encode("utf-8", "replace"))
        if self._written + size > self.limit:
            return False
        self._file.write(text)
        self._written += size
        return True


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", plain_line(text))
