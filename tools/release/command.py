"""`make release TAG=v1.0.0`: checks that the commit can be released as this tag, and writes what a release consists of.

Into `.cache/release`: the archive that users download, its checksum in SHA256SUMS, and notes.md from the changelog.
The workflow `release.yaml` runs it, attests the archive, and publishes it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from systems_manager_organization import __version__
from tools.docs import address
from tools.entry_point import run
from tools.interface.command import RELEASED, check
from tools.interface.read import read_interface

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER = REPOSITORY / ".cache" / "release"
_SECTION = re.compile(r"^## (.+?)$", re.MULTILINE)
_RELEASED_SECTION = re.compile(r"(\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make release", description=__doc__)
    parser.add_argument("tag", help="the tag of the commit, as v1.0.0")
    tag = parser.parse_args().tag
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    problems = [
        *dirty_files(REPOSITORY),
        *problems_of(tag, __version__, changelog),
        *check(released, read_interface(), __version__),
        *(
            []
            if released["version"] == __version__
            else ["The interface is an older release's: make interface WRITE=1."]
        ),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print(write(FOLDER, changelog))
    return 0


def write(folder: Path, changelog: str) -> str:
    """Write the archive of HEAD, its checksum and the notes. Returns a line that says so. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{address.REPOSITORY.rsplit('/', 1)[1]}-{__version__}"
    command = ["git", "archive", "--format", "tar.gz", "--prefix", f"{name}/", "HEAD"]
    archive = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True).stdout
    (folder / f"{name}.tar.gz").write_bytes(archive)
    (folder / "SHA256SUMS").write_text(f"{hashlib.sha256(archive).hexdigest()}  {name}.tar.gz\n", encoding="utf-8")
    (folder / "notes.md").write_text(notes(__version__, changelog), encoding="utf-8")
    return f"{folder}: {name}.tar.gz ({len(archive) // 1000} KB), SHA256SUMS, notes.md"


def dirty_files(repository: Path) -> Iterator[str]:
    """What is checked is in the working tree, and what is archived is HEAD: a line for each file that differs."""
    command = ["git", "status", "--porcelain", "--untracked-files=no"]
    changed = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True).stdout
    yield from (f"{line[3:]} is not as in the commit: commit it, or restore it." for line in changed.splitlines())


def problems_of(tag: str, version: str, changelog: str) -> Iterator[str]:
    """What keeps a commit of this version, with this changelog, from being released as the tag."""
    if tag != f"v{version}":
        yield f"The tag is {tag}, but the version is {version} (scripts/systems_manager_organization/__init__.py)."
    sections = _SECTION.findall(changelog)
    if sections[:1] == ["Unreleased"]:
        yield f"CHANGELOG.md has changes that are unreleased: rename the section to {version}, with the date."
    found = _RELEASED_SECTION.fullmatch(next((section for section in sections if section.startswith(version)), ""))
    if not found:
        yield f"CHANGELOG.md has no section of {version}: write ## {version} - YYYY-MM-DD."
        return
    try:
        date.fromisoformat(found[2])
    except ValueError as error:
        yield f"The date of {version} in CHANGELOG.md is {found[2]}: {error}."


def notes(version: str, changelog: str) -> str:
    """The changelog's section of the version, without its heading."""
    # Between the headings, each with its name before it.
    parts = _SECTION.split(changelog)[1:]
    sections: dict[str, str] = dict(zip(parts[::2], parts[1::2], strict=True))
    return next(text for name, text in sections.items() if name.startswith(f"{version} - ")).strip() + "\n"


if __name__ == "__main__":
    run(main)
