"""Writes tests/terraform/provider/schema.json: the schema of what the module uses in the newest known AWS provider."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.docs.command import folders
from tools.docs.declarations import DeclarationError
from tools.entry_point import run
from tools.provider.attributes import to_document
from tools.provider.package import PackageError, Release, read_release
from tools.provider.usage import Usage, read_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCHEMA = REPOSITORY / "tests" / "terraform" / "provider" / "schema.json"
REQUIREMENTS = REPOSITORY / "requirements" / "provider-schema.txt"

# Not used, but described in docs/reference/provider-versions.md.
ALSO = frozenset({"aws_organizations_aws_service_access"})


class DownloadError(Exception):
    """pip cannot download the package."""


def usage(repository: Path = REPOSITORY) -> Usage:
    """What the module, its submodules and its examples use of the provider. Raises DeclarationError."""
    return read_usage(folders(repository), repository)


def download(folder: Path) -> Path:
    """Download the pinned wheel into `folder`. Raises DownloadError."""
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command = [sys.executable, "-m", "pip", "download", *options, "--requirement", str(REQUIREMENTS)]
    run = subprocess.run([*command, "--dest", str(folder)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise DownloadError(f"pip cannot download {REQUIREMENTS.name}: {run.stderr.strip()}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def document(release: Release) -> str:
    """The text of the file: a line for each resource, for readable diffs."""
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(schema)}" for name, schema in to_document(release.schemas).items()
    )
    return f'{{"version": {json.dumps(release.version)}, "schemas": {{\n{lines}\n}}}}\n'


def main(
    arguments: Sequence[str] | None = None, *, schema: Path = SCHEMA, get: Callable[[Path], Path] = download
) -> int:
    """Run the command. Returns the exit status."""
    argparse.ArgumentParser(prog="provider_schema", description=__doc__).parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            release = read_release(get(Path(folder)), usage().addresses | ALSO)
    except (DeclarationError, DownloadError, PackageError) as error:
        print(error, file=sys.stderr)
        return 1
    schema.write_text(document(release))
    print(f"{schema.name} written: {len(release.schemas)} resources and data sources of provider {release.version}.")
    return 0


if __name__ == "__main__":
    run(main)
