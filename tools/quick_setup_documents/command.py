"""Writes what AWS's public documents say about Quick Setup into one file for each type of configuration.

make quick-setup-documents SOURCE=<checkout of https://github.com/ceshihao/ssm-public-documents>
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.workspace import REPOSITORY
from tools.entry_point import run
from tools.quick_setup_documents.facts import TYPE_PREFIX, DocumentError, read_type, type_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FACTS = REPOSITORY / "tests" / "sandbox" / "services" / "ssmquicksetup" / "documents"
# How deep each section is written with a line for each member.
_LEVELS = {"deployments": 1, "documents": 1, "templates": 3}


def to_text(facts: Mapping[str, Any]) -> str:
    """JSON that can be compared by line: each deployment, document, parameter, condition and resource has its own."""
    sections = (f'"{name}": {to_lines(facts[name], levels, 1)}' for name, levels in _LEVELS.items())
    return "{\n  " + ",\n  ".join(sections) + "\n}\n"


def to_lines(value: Any, levels: int, depth: int = 0) -> str:
    """JSON with a line for each member, as deep as the levels."""
    if not levels or not value:
        return json.dumps(value, sort_keys=True)
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if isinstance(value, list):
        return "[" + ",".join(f"{inner}{to_lines(item, levels - 1, depth + 1)}" for item in value) + f"{outer}]"
    members = (
        f"{inner}{json.dumps(key)}: {to_lines(item, levels - 1, depth + 1)}" for key, item in sorted(value.items())
    )
    return "{" + ",".join(members) + f"{outer}}}"


def main(arguments: Sequence[str] | None = None, *, facts: Path = FACTS) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="quick_setup_documents", description=__doc__)
    parser.add_argument("source", type=Path, help="checkout of the public dump, or its folder documents")
    source: Path = parser.parse_args(arguments).source
    folder = source / "documents" if (source / "documents").is_dir() else source
    try:
        texts = {name: to_text(read_type(folder, name)) for name in type_names(folder)}
    except DocumentError as error:
        print(error, file=sys.stderr)
        return 1
    facts.mkdir(exist_ok=True)
    for file in facts.glob(f"{TYPE_PREFIX}*.json"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (facts / f"{name}.json").write_text(text, encoding="utf-8")
    print(f"{facts.name} written: {len(texts)} types. Now run make docs.")
    return 0


if __name__ == "__main__":
    run(main)
