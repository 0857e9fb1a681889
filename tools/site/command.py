"""Builds the documentation as a site that needs no network, .cache/site/html. A dead link is an error."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from harness.workspace import REPOSITORY
from systems_manager_organization import __version__
from tools.docs import address
from tools.entry_point import run
from tools.site.pages import copy_pages, navigation

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONFIGURATION = Path(__file__).with_name("mkdocs.yaml")
_ASSETS = [Path(__file__).with_name(name) for name in ("extra.css", "iframe-worker.js")]
_FOREIGN = re.compile(r"""<(?:script|img|link rel="?stylesheet"?)[^>]* (?:src|href)="?(https?://[^"> ]+)""")
_SOURCE = f"https://{address.REPOSITORY}/{{kind}}/v{__version__}"


def main(arguments: Sequence[str] | None = None, *, repository: Path = REPOSITORY) -> int:
    """Run the command. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="site", description=__doc__)
    parser.parse_args(arguments)
    folder = repository / ".cache" / "site"
    shutil.rmtree(folder, ignore_errors=True)
    pages, site = folder / "pages", folder / "html"
    pages.mkdir(parents=True)
    nav = navigation(copy_pages(repository, pages, _SOURCE))
    for asset in _ASSETS:
        shutil.copy(asset, pages)
    added = {"docs_dir": str(pages), "site_dir": str(site), "nav": nav}
    configuration = folder / "mkdocs.yaml"
    # As text: the file has a tag of Python's, which only MkDocs resolves.
    configuration.write_text(f"{_CONFIGURATION.read_text('utf-8')}\n{yaml.safe_dump(added)}", encoding="utf-8")
    # Not with --quiet, which also silences what is counted as an error.
    build = [sys.executable, "-m", "mkdocs", "build", "--config-file", str(configuration)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(build, check=False, capture_output=True, text=True, env=environment)
    if built.returncode != 0:
        print(built.stderr, file=sys.stderr)
        return 1
    files = [file for file in site.rglob("*") if file.is_file()]
    if foreign := sorted(
        {found for file in files if file.suffix == ".html" for found in _FOREIGN.findall(file.read_text("utf-8"))}
    ):
        print(f"Pages load from elsewhere: {', '.join(foreign)}", file=sys.stderr)
        return 1
    size = sum(file.stat().st_size for file in files)
    count = sum(file.suffix == ".html" for file in files)
    print(f"{site / 'index.html'}: {count} pages, {size / 1_000_000:.1f} MB")
    return 0


if __name__ == "__main__":
    run(main)
