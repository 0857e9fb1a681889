"""Copies of the repository to run Terraform in, so that nothing is written into the working tree.

The tree is copied once a session, and each configuration is initialised there once. A test gets a copy of that copy,
with a state of its own. Copying takes milliseconds, because providers and scripts in it are symbolic links.
"""

from __future__ import annotations

import compileall
import json
import os
import shlex
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness import HarnessError
from harness.forking.scripts import FORKED_PYTHON, VARIABLE
from harness.providers import prepare_providers
from harness.terraform import Terraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from harness.forking.scripts import ScriptServer
    from harness.providers import Providers
    from harness.reattachment.reattached_providers import ReattachedProviders

REPOSITORY = Path(__file__).resolve().parents[2]
DOWNLOADS = REPOSITORY / ".cache" / "providers"

_CALLS = "main.tf.json"
_COPIED = ("modules", "scripts", "examples", "policies", "docs")
# Most of the files, and none that anything writes.
_LINKED = ("docs", "policies", "scripts")
_NOT_COPIED = shutil.ignore_patterns(".terraform", "*.tfstate", "*.tfstate.*", "*.tfplan", ".terraform.lock.hcl")
# Nor what pytest sets anew for each test: a provider is kept for commands of the same environment.
_NOT_INHERITED = ("AWS_", "TF_", "PYTHON", "PYTEST_", "COV_")


class Workspaces:
    """The copies of one session, below `folder`; their commands share the `reattached` AWS providers and `scripts`."""

    def __init__(
        self,
        folder: Path,
        providers: Providers,
        *,
        reattached: ReattachedProviders | None = None,
        scripts: ScriptServer | None = None,
        repository: Path = REPOSITORY,
    ) -> None:
        self._reattached = reattached
        self._scripts = scripts
        self._folder = folder
        self._providers = providers
        self._repository = repository
        self._pristine = folder / "pristine"
        self._initialised: set[str] = set()
        self._installed: dict[str, Path] = {}
        self._count = 0

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of a Terraform command: without the user's AWS and Terraform settings, and with `variables`.

        python3 is the interpreter of the tests, so that programs that Terraform starts find boto3.
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
            # Garbage collection of the large schema takes a quarter of the time of Terraform and the AWS provider.
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
        """A copy of an initialised configuration.

        Parameters
        ----------
        configuration: its folder in the repository, such as "examples/minimal"
        environment: endpoint and credentials of AWS, from `Sandbox.environment()`
        variables: values of its input variables
        backend: whether to initialise its backend; without it, the configuration can only be validated

        Raises TerraformError if it cannot be initialised, HarnessError if the repository does not have it.
        """
        self._initialise(configuration, backend=backend)
        self._count += 1
        copy = self._folder / f"checkout-{self._count}"
        self._copy_pristine(copy)
        return self._terraform(copy / configuration, environment, variables)

    def checkout_with(
        self,
        configuration: str,
        files: Mapping[str, str],
        environment: Mapping[str, str],
        *,
        variables: Mapping[str, object],
    ) -> Terraform:
        """A configuration from `files` (text by name) in place of those of the repository. Raises TerraformError."""
        self._count += 1
        copy = self._folder / f"checkout-{self._count}"
        self._copy_pristine(copy)
        directory = copy / configuration
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        for name, text in files.items():
            (directory / name).write_text(text, encoding="utf-8")
        terraform = self._terraform(directory, environment, variables)
        terraform.init()
        return terraform

    def write(
        self, files: Mapping[str, str], environment: Mapping[str, str] | None = None, *, init: bool = True
    ) -> Terraform:
        """A configuration from `files` (text by name), with a copy of the module: `source = "../module"`."""
        self._count += 1
        copy = self._folder / f"checkout-{self._count}"
        self._copy_pristine(copy / "module", ignore=_NOT_COPIED)
        directory = copy / "configuration"
        for name, text in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        terraform = self._terraform(directory, environment)
        if init:
            terraform.init()
        return terraform

    def call_modules(
        self,
        modules: Mapping[str, Mapping[str, object]],
        environment: Mapping[str, str],
        *,
        provider: Mapping[str, str] | None = None,
        **blocks: object,
    ) -> Terraform:
        """A configuration that calls modules (arguments by name), and has other blocks in Terraform's JSON syntax.

        What `terraform init` installs depends on the sources of the modules alone, and is copied from the first
        configuration with the same ones.
        """
        document = {"provider": {"aws": {"region": "us-east-1", **(provider or {})}}, "module": modules, **blocks}
        terraform = self.write({_CALLS: json.dumps(document)}, environment, init=False)
        sources = json.dumps({name: arguments["source"] for name, arguments in modules.items()}, sort_keys=True)
        if sources in self._installed:
            for name in (".terraform", ".terraform.lock.hcl"):
                _copy(self._installed[sources] / name, terraform.directory / name)
        else:
            terraform.init()
            self._installed[sources] = self._folder / f"installed-{self._count}"
            for name in (".terraform", ".terraform.lock.hcl"):
                _copy(terraform.directory / name, self._installed[sources] / name)
        return terraform

    def _terraform(
        self, directory: Path, environment: Mapping[str, str] | None, variables: Mapping[str, object] | None = None
    ) -> Terraform:
        return Terraform(
            directory,
            self.environment(environment),
            variables=variables,
            reattached=self._reattached,
            scripts=self._scripts,
        )

    def _initialise(self, configuration: str, *, backend: bool) -> None:
        if configuration in self._initialised:
            return
        directory = self._tree() / configuration
        if not any(directory.glob("*.tf")):
            raise HarnessError(f"{configuration} is not a Terraform configuration of the repository.")
        Terraform(directory, self.environment()).init(backend=backend)
        self._initialised.add(configuration)

    def _tree(self) -> Path:
        if not self._pristine.exists():
            self._copy_tree(self._pristine)
        return self._pristine

    def _copy_pristine(self, target: Path, ignore: Callable[..., set[str]] = lambda *_: set()) -> None:
        pristine = self._tree()
        linked = {name for name in _LINKED if (pristine / name).exists()}

        def ignored(folder: str, names: list[str]) -> set[str]:
            return ignore(folder, names) | (linked if Path(folder) == pristine else set())

        shutil.copytree(pristine, target, symlinks=True, ignore=ignored)
        for name in linked:
            (target / name).symlink_to(pristine / name)

    def _copy_tree(self, target: Path) -> None:
        target.mkdir(parents=True)
        for file in self._repository.glob("*.tf"):
            shutil.copy(file, target)
        for name in _COPIED:
            if (self._repository / name).is_dir():
                shutil.copytree(self._repository / name, target / name, ignore=_NOT_COPIED)
        # Otherwise the scripts of every copy would be compiled at their first start.
        compileall.compile_dir(target / "scripts", quiet=1)
        for file in [*self._repository.glob("tests/**/*"), *self._repository.glob("tools/**/*")]:
            if file.suffix in {".tf", ".hcl"} and ".terraform" not in file.parts:
                copy = target / file.relative_to(self._repository)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, copy)

    def _programs(self) -> Path:
        """A folder with `python3` alone: Terraform must not find the virtual environment's other programs."""
        folder = self._folder / "programs"
        link = folder / "python3"
        if not link.exists():
            folder.mkdir(parents=True, exist_ok=True)
            # A script, not a link: Python locates its virtual environment by the path it was started by.
            fork = shlex.join([sys.executable, "-I", "-S", *map(str, (FORKED_PYTHON, FORKED_PYTHON.parents[2]))])
            link.write_text(f'#!/bin/sh\n[ -z "${VARIABLE}" ] || exec {fork} "$@"\nexec "{sys.executable}" "$@"\n')
            link.chmod(0o755)
        return folder


def change_inputs(terraform: Terraform, module: str, **inputs: object) -> None:
    """Change arguments of a module call of `Workspaces.call_modules`."""
    file = terraform.directory / _CALLS
    document = json.loads(file.read_text())
    document["module"][module] |= inputs
    file.write_text(json.dumps(document))


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        target.parent.mkdir(exist_ok=True)
        shutil.copy(source, target)


@contextmanager
def temporary_workspaces(
    reattached: ReattachedProviders | None = None, *, repository: Path = REPOSITORY
) -> Iterator[Workspaces]:
    """Temporary workspaces for commands outside of pytest. Raises HarnessError."""
    with (
        tempfile.TemporaryDirectory(prefix="workspaces-") as folder,
        prepare_providers(Path(folder) / "providers", download=DOWNLOADS) as providers,
    ):
        yield Workspaces(Path(folder), providers, reattached=reattached, repository=repository)
