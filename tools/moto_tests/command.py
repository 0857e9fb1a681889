"""`make moto-tests`: moto's own tests, at the version that the sandbox stands on, against the sandbox."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
from importlib.metadata import version
from typing import TYPE_CHECKING

from harness.workspace import REPOSITORY
from tools.entry_point import run

if TYPE_CHECKING:
    from pathlib import Path

CACHE = REPOSITORY / ".cache" / "moto-tests"

# Those of the services that the sandbox stands on.
FOLDERS = ("test_account", "test_cloudformation", "test_iam", "test_organizations", "test_ssm", "test_sts")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make moto-tests", description=__doc__)
    parser.add_argument("--only", choices=FOLDERS, help="the tests of one service")
    only = parser.parse_args().only
    checkout = _downloaded(version("moto"))
    # moto's tests are the package `tests`; ours is none.
    folders = [f"tests/{folder}" for folder in ([only] if only else FOLDERS)]
    options = ["-c", os.devnull, "--rootdir", ".", "-p", "tools.moto_tests.plugin", "-p", "no:cacheprovider", "-q"]
    command = [sys.executable, "-m", "pytest", *options, "--tb=short", "-W", "ignore", "--timeout", "60", *folders]
    return subprocess.run(command, cwd=checkout, check=False).returncode


def _downloaded(release: str) -> Path:
    """moto's source distribution, which has the tests, in the cache. Raises OSError."""
    checkout = CACHE / f"moto-{release}"
    if not checkout.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "moto"]
        if subprocess.run([*download, "--dest", CACHE, f"moto=={release}"], check=False).returncode:
            raise OSError(f"The source distribution of moto {release} cannot be downloaded: see pip's message above.")
        with tarfile.open(CACHE / f"moto-{release}.tar.gz") as archive:
            members = [member for member in archive if "/tests/" in member.name]
            archive.extractall(CACHE, members, filter="data")
    return checkout


if __name__ == "__main__":
    run(main)
