"""Generated pages, and the generated part of a page between two markers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import HarnessError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def put(page: Path, text: str, repository: Path, *, check: bool, problem: str = "is not current") -> Iterator[str]:
    """Write a page that differs, or with `check` yield the problem that it does."""
    if page.exists() and page.read_text(encoding="utf-8") == text:
        return
    name = page.relative_to(repository)
    if check:
        yield f"{name} {problem}: run make docs."
    else:
        page.write_text(text, encoding="utf-8")
        print(f"{name} written.")


def markers(part: str = "") -> tuple[str, str]:
    """The lines before and after a generated part; a page may have several, with names."""
    return f"<!-- BEGIN GENERATED{part and f' {part}'} -->", f"<!-- END GENERATED{part and f' {part}'} -->"


def replace_generated(page: Path, content: str, part: str = "") -> str:
    """The text of the page with other generated content. Raises HarnessError."""
    begin, end = markers(part)
    text = page.read_text() if page.exists() else ""
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise HarnessError(
            f"{page} must have the line {begin} and after it {end}, each once: add them, and run the command again."
        )
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n\n{content}\n\n{end}{rest.partition(end)[2]}"
