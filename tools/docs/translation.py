"""README.ja.md beside README.md: the same sections, commands, code and links, and the module's inputs and outputs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from tools.docs.declarations import read_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PAGE, TRANSLATION = "README.md", "README.ja.md"
# From here on one has generated tables, and the other the names of inputs and outputs.
_REFERENCE, _REFERENCE_TRANSLATED = "## Reference\n", "## リファレンス\n"

_HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_GENERATED = re.compile(r"<!-- BEGIN GENERATED.*?<!-- END GENERATED[^>]*-->", re.DOTALL)
_COMMENT = re.compile(r" *# .*$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)#][^)]*)\)")
_NAME = re.compile(r"^\| \[?`(\w+)`", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """What a translation must leave as it is."""

    title: str
    level: int
    blocks: tuple[str, ...]
    codes: frozenset[str]
    links: frozenset[str]


def check(repository: Path) -> Iterator[str]:
    """Yields what the translation lacks, or has beyond the page."""
    if not (repository / TRANSLATION).exists():
        return
    page, _, _ = (repository / PAGE).read_text(encoding="utf-8").partition(_REFERENCE)
    translation, _, reference = (repository / TRANSLATION).read_text(encoding="utf-8").partition(_REFERENCE_TRANSLATED)
    for section, translated in zip_longest(sections(page), sections(translation)):
        yield from (f"{TRANSLATION}: {problem}" for problem in _differences(section, translated))
    module = read_module(repository)
    declared = [*(found.name for found in module.inputs), *(found.name for found in module.outputs)]
    yield from (
        f"{TRANSLATION}: {problem}" for problem in _compare("inputs and outputs", declared, _NAME.findall(reference))
    )


def sections(text: str) -> list[Section]:
    """The sections of a page in Markdown, each without those below it."""
    blocks: list[str] = []

    def keep(found: re.Match[str]) -> str:
        blocks.append(_COMMENT.sub("", found[1]))
        return f"```{len(blocks) - 1}```"

    # Before headings are looked for: a comment of a shell looks like one.
    text = _BLOCK.sub(keep, _GENERATED.sub("", text))
    found = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in found[1:]] + [len(text)]
    return [_section(heading, text[heading.end() : end], blocks) for heading, end in zip(found, ends, strict=True)]


def _section(heading: re.Match[str], text: str, blocks: list[str]) -> Section:
    numbers = [int(number) for number in re.findall("^```([0-9]+)```$", text, re.MULTILINE)]
    prose = re.sub("^```[0-9]+```$", "", text, flags=re.MULTILINE)
    links = (link for link in _LINK.findall(prose) if link not in (PAGE, TRANSLATION))
    return Section(
        heading[2],
        len(heading[1]),
        tuple(blocks[number] for number in numbers),
        frozenset(_CODE.findall(prose)),
        frozenset(links),
    )


def _differences(section: Section | None, translated: Section | None) -> Iterator[str]:
    if section is None or translated is None:
        extra = section or translated
        yield f'the section "{extra.title if extra else ""}" is in one of the two pages only.'
        return
    if section.level != translated.level:
        yield f'"{translated.title}" is not a heading of the level of "{section.title}".'
    if section.blocks != translated.blocks:
        yield f'the code of "{translated.title}" differs from that of "{section.title}".'
    yield from _compare(f'"{translated.title}", code in the text', section.codes, translated.codes)
    yield from _compare(f'"{translated.title}", links', section.links, translated.links)


def _compare(what: str, wanted: Iterable[str], found: Iterable[str]) -> Iterator[str]:
    missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
    if missing:
        yield f"{what}: {', '.join(missing)} is missing."
    if extra:
        yield f"{what}: {', '.join(extra)} is not in {PAGE}."
