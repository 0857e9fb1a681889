"""`make release-states`: applies every example, and writes the states for the test of the upgrade from this release.

They are made together with `make interface WRITE=1`. RELEASE=v1.0.0 makes those of an earlier commit or tag anew, where
the sandbox has changed since: its configurations and modules in the sandbox as it is now.
"""

from __future__ import annotations

import argparse
import re
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

from harness.examples import CHECKOUTS
from harness.reattachment.reattached_providers import ReattachedProviders
from harness.workspace import REPOSITORY, temporary_workspaces
from sandbox import Sandbox, Scenario
from sandbox.clock import START
from sandbox.server.identity import ADMINISTRATOR_KEY_PREFIX
from tools.entry_point import run
from tools.release_states.states import FOLDER, ReleasedState, select, state_of
from tools.worktree import checkout

if TYPE_CHECKING:
    from pathlib import Path

    from harness.terraform import Terraform
    from harness.workspace import Workspaces

_SCENARIO = "realistic"
_VERSION = re.compile(r'^__version__ = "(.+)"$', re.MULTILINE)
_NOT_OF_THE_CONFIGURATION = ("terraform.tfstate", "README.md", ".terraform.lock.hcl")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make release-states", description=__doc__)
    parser.add_argument("--release", metavar="COMMIT", help="a commit or tag; default: the files as they are")
    release = parser.parse_args().release
    with (
        checkout(release) if release else nullcontext(REPOSITORY) as repository,
        closing(ReattachedProviders()) as reattached,
        temporary_workspaces(reattached, repository=repository) as workspaces,
        Sandbox.start(Scenario.named(_SCENARIO)) as sandbox,
    ):
        version = _version_of(repository)
        for file in FOLDER.glob("*.json.gz"):
            file.unlink()
        for example in (example for example in CHECKOUTS if (repository / example).is_dir()):
            released = make(workspaces, sandbox, version, example)
            print(f"{released.write()}: {len(released.exchanges)} requests")
    return 0


def make(workspaces: Workspaces, sandbox: Sandbox, version: str, example: str) -> ReleasedState:
    """Apply an example in a new organization. Raises TerraformError, HarnessError, OSError."""
    sandbox.reset(Scenario.named(_SCENARIO))
    with sandbox.recording() as exchanges:
        terraform = CHECKOUTS[example](workspaces, sandbox)
        terraform.apply()
    state = state_of(terraform)
    seconds = (sandbox.clock.now() - START).total_seconds()
    return ReleasedState(
        version=version,
        example=example,
        scenario=_SCENARIO,
        account_id=terraform.environment["AWS_ACCESS_KEY_ID"].removeprefix(ADMINISTRATOR_KEY_PREFIX),
        variables=terraform.variables,
        files=_files(terraform),
        state=state,
        seconds=seconds,
        exchanges=select(sandbox, _SCENARIO, exchanges, [str(terraform.variables), str(state)]),
    )


def _files(terraform: Terraform) -> dict[str, str]:
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(terraform.directory.iterdir())
        if file.is_file()
        and file.name not in _NOT_OF_THE_CONFIGURATION
        and not file.name.startswith("terraform.tfstate")
    }


def _version_of(repository: Path) -> str:
    file = repository / "scripts" / "systems_manager_organization" / "__init__.py"
    found = _VERSION.search(file.read_text(encoding="utf-8"))
    if found is None:
        raise OSError(f"{file} has no __version__.")
    return found[1]


if __name__ == "__main__":
    run(main)
