"""`make interface`: how the interface differs from the last release's, and whether the version says so.

`released.json` has the version and the interface of the last release; `WRITE=1` writes it for a release.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from systems_manager_organization import __version__
from tools.entry_point import run
from tools.interface.compare import changes, needed, rises
from tools.interface.read import read_interface

RELEASED = Path(__file__).with_name("released.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make interface", description=__doc__)
    parser.add_argument("--write", action="store_true", help="the present interface is that of a release")
    present = read_interface()
    if parser.parse_args().write:
        document = {"version": __version__, "interface": present}
        RELEASED.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"{RELEASED.name} written: {len(present)} names of version {__version__}.")
        return 0
    problems = [*check(json.loads(RELEASED.read_text(encoding="utf-8")), present, __version__)]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check(released: dict[str, object], present: dict[str, str], version: str) -> list[str]:
    """What keeps `version` from being released with the interface `present`, a line each."""
    before = released["interface"]
    if not isinstance(before, dict):
        raise TypeError("interface is no object.")
    found = [*changes(before, present)]
    part = needed(found)
    risen = rises(str(released["version"]), version)
    if not found or (risen is not None and risen >= part):
        return []
    verdict = (
        f"The {part.name.lower()} part of the version must rise: it is {version}, and the last release is "
        f"{released['version']}. See UPGRADING.md."
    )
    return [
        *(f"{change.part.name.lower()}: {change.text}" for change in found if change.part == part),
        verdict,
    ]


if __name__ == "__main__":
    run(main)
