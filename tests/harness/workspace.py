"""Copies of the module to run Terraform in, so that nothing is ever written into the tree.

The tree is copied once a session, and each configuration is initialised there once. A test gets a copy of that copy: it
brings its own state, may be written to, and costs milliseconds, for the providers in it are symbolic links.
"""

from __future__ import annotations

import compileall
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.providers import Providers
from harness.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.reattached_providers import ReattachedProviders

REPOSITORY = Path(__file__).resolve().parents[2]
DOWNLOADS = REPOSITORY / ".cache" / "providers"

_COPIED = ("modules", "scripts", "examples", "policies", "docs")
_NOT_COPIED = shutil.ignore_patterns(".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", ".terraform.lock.hcl")
_NOT_INHERITED = ("AWS_", "TF_", "PYTHON", "COV_")


class Workspaces:
    """The copies of one session, below `folder`; `warm` are AWS providers that their commands share."""

    def __init__(
        self, folder: Path, providers: Providers, *, warm: ReattachedProviders | None = None, repository: Path = REPOSITORY
    ) -> None:
        self._warm = warm
        self._folder = folder
        self._providers = providers
        self._repository = repository
        self._pristine = folder / "pristine"
        self._initialised: set[str] = set()
        self._count = 0

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a Terraform command: no AWS or Terraform settings of the person, `variables` on top.

        python3 is the interpreter of the tests, so that programs that Terraform runs find boto3.
        """
        home = self._folder / "home"
        home.mkdir(parents=True, exist_ok=True)
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED) and key != "SHELL"
        }
        return {
            **inherited,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CHECKPOINT_DISABLE": "1",
            # Terraform and the AWS provider spend a quarter of their time collecting the garbage of a big schema.
            "GOGC": "400",
            "HOME": str(home),
            "PATH": os.pathsep.join([str(self._programs()), inherited.get("PATH", os.defpath)]),
            "TF_CLI_CONFIG_FILE": str(self._providers.cli_configuration),
            "TF_IN_AUTOMATION": "1",
            **(variables or {}),
        }

    def checkout(
        self,
        configuration: str = ".",
        environment: Mapping[str, str] | None = None,
        *,
        variables: Mapping[str, object] | None = None,
        backend: bool = True,
    ) -> Terraform:
        """An initialised configuration of one's own.

        Parameters
        ----------
        configuration: its folder in the repository, such as "examples/minimal"
        environment: where AWS is, as `Sandbox.environment()` says it
        variables: values for its input variables
        backend: whether its backend is initialised; without it, the configuration can be validated and no more

        Raises TerraformError where it cannot be initialised, HarnessError where the repository does not have it.
        """
        self._initialise(configuration, backend=backend)
        self._count += 1
        copy = self._folder / f"checkout-{self._count}"
        shutil.copytree(self._pristine, copy, symlinks=True)
        return Terraform(copy / configuration, self.environment(environment), variables=variables, warm=self._warm)

    def write(
        self, files: Mapping[str, str], environment: Mapping[str, str] | None = None, *, init: bool = True
    ) -> Terraform:
        """A configuration made of `files` (text by name), beside a copy of the module: `source = "../module"`."""
        self._count += 1
        copy = self._folder / f"checkout-{self._count}"
        shutil.copytree(self._tree(), copy / "module", ignore=_NOT_COPIED)
        directory = copy / "configuration"
        for name, text in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        terraform = Terraform(directory, self.environment(environment), warm=self._warm)
        if init:
            terraform.init()
        return terraform

    def _initialise(self, configuration: str, *, backend: bool) -> None:
        if configuration in self._initialised:
            return
        directory = self._tree() / configuration
        if not any(directory.glob("*.tf")):
            raise HarnessError(f"{configuration} is no folder of the repository that holds a Terraform configuration.")
        Terraform(directory, self.environment()).init(backend=backend)
        self._initialised.add(configuration)

    def _tree(self) -> Path:
        if not self._pristine.exists():
            self._copy_tree(self._pristine)
        return self._pristine

    def _copy_tree(self, target: Path) -> None:
        target.mkdir(parents=True)
        for file in self._repository.glob("*.tf"):
            shutil.copy(file, target)
        for name in _COPIED:
            if (self._repository / name).is_dir():
                shutil.copytree(self._repository / name, target / name, ignore=_NOT_COPIED)
        # Compiled once here, or every copy would compile the scripts again at their first start.
        compileall.compile_dir(target / "scripts", quiet=1)
        for file in self._repository.glob("tests/**/*"):
            if file.suffix in {".tf", ".hcl"} and ".terraform" not in file.parts:
                copy = target / file.relative_to(self._repository)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)

    def _programs(self) -> Path:
        """A folder with just `python3`: the virtual environment's other programs are none of Terraform's business."""
        folder = self._folder / "programs"
        link = folder / "python3"
        if not link.exists():
            folder.mkdir(parents=True, exist_ok=True)
            # A program and not a link: Python looks for its virtual environment beside the name it was started by.
            link.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
            link.chmod(0o755)
        return folder


@contextmanager
def temporary_workspaces() -> Iterator[Workspaces]:
    """Workspaces that vanish afterwards, for what runs outside of pytest. Raises HarnessError."""
    with (
        tempfile.TemporaryDirectory(prefix="workspaces-") as folder,
        Providers.prepare(Path(folder) / "providers", download=DOWNLOADS) as providers,
    ):
        yield Workspaces(Path(folder), providers)
