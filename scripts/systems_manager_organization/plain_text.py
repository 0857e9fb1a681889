"""Text of others on one line: names in member accounts, AWS's messages and files may hold anything."""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# AWS's own messages are shorter; a longer name would push what follows it out of sight.
MAX_LENGTH = 1000


def plain_line(text: str) -> str:
    """`text` without anything that a terminal interprets, on one line.

    Control characters, with the escape sequences that begin with one, line separators and bidirectional marks are none
    of Python's printable characters: https://docs.python.org/3/library/stdtypes.html#str.isprintable
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else " " if one.isspace() else REPLACEMENT for one in text)


def plain_text(text: str) -> str:
    """The same, and short: for a single text, where it becomes part of a sentence."""
    line = plain_line(text)
    return line if len(line) <= MAX_LENGTH else f"{line[:MAX_LENGTH]}..."
