"""Finds the providers of this machine, and writes the Terraform CLI configuration for them.

hashicorp/aws is always the genuine one. hashicorp/external is the genuine one if available, and otherwise a stand-in
(`external.provider`). Sources, in this order:

1. the mirror in SYSTEMS_MANAGER_ORGANIZATION_PROVIDER_MIRROR;
2. an earlier download from the registry;
3. the registry, if it can be reached: downloaded once, into a folder that persists;
4. Terraform's implied local mirror directories, then every folder below /opt with the layout of a mirror.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness import HarnessError
from harness.external.plugin import ExternalPlugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MIRROR_VARIABLE = "SYSTEMS_MANAGER_ORGANIZATION_PROVIDER_MIRROR"
REGISTRY = "registry.terraform.io"
AWS = f"{REGISTRY}/hashicorp/aws"
EXTERNAL = f"{REGISTRY}/hashicorp/external"

_MINIMUM_TERRAFORM = (1, 9)
_DISCOVERY = f"https://{REGISTRY}/.well-known/terraform.json"

# The oldest AWS provider that the module supports.
_DOWNLOADED = """
terraform {
  required_providers {
    aws      = { source = "hashicorp/aws", version = "5.100.0" }
    external = { source = "hashicorp/external", version = "~> 2.3" }
  }
}
"""


@dataclass(frozen=True)
class Mirrors:
    """The filesystem mirrors of hashicorp/aws, and of the genuine hashicorp/external if there is one."""

    aws: Path
    external: Path | None


@dataclass(frozen=True)
class Providers:
    """The providers of one session.

    `cli_configuration`: the file for TF_CLI_CONFIG_FILE. `is_stand_in`: whether hashicorp/external is the stand-in.
    """

    cli_configuration: Path
    is_stand_in: bool


@contextmanager
def prepare_providers(
    folder: Path, environment: Mapping[str, str] = os.environ, *, download: Path, by_scripts: bool = False
) -> Iterator[Providers]:
    """Find the providers of this machine.

    Parameters
    ----------
    folder: an empty folder for generated files
    download: a folder that persists between sessions, for downloads from the registry
    by_scripts: whether Terraform installs a script that starts the AWS provider: it hashes what it installs, and the
      700 megabytes of the provider take as long as a plan

    Raises HarnessError: no terraform, an unsupported terraform, or no AWS provider.
    """
    platform = _terraform_platform()
    mirrors = resolve(environment, download, platform)
    if by_scripts:
        mirrors = Mirrors(_scripts(mirrors.aws, folder / "scripts", platform), mirrors.external)
    with configure_providers(folder, mirrors, platform) as providers:
        yield providers


def _scripts(mirror: Path, folder: Path, platform: str) -> Path:
    """A mirror whose programs are scripts that start those of `mirror`; `mirror` itself if that is packed."""
    programs = list((mirror / AWS).glob(f"*/{platform}/terraform-provider-*"))
    for program in programs:
        script = folder / program.relative_to(mirror)
        script.parent.mkdir(parents=True)
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(str(program))} "$@"\n')
        script.chmod(0o755)
    return folder if programs else mirror


@contextmanager
def configure_providers(folder: Path, mirrors: Mirrors, platform: str) -> Iterator[Providers]:
    """Write the CLI configuration of the mirrors, with the stand-in if there is no genuine hashicorp/external."""
    folder.mkdir(parents=True, exist_ok=True)
    stand_in = folder / "stand-in"
    with ExternalPlugin(stand_in / EXTERNAL, platform) if mirrors.external is None else nullcontext():
        file = folder / "terraform.tfrc"
        file.write_text(_cli_configuration(mirrors.aws, mirrors.external or stand_in))
        yield Providers(file, mirrors.external is None)


def resolve(environment: Mapping[str, str], download: Path, platform: str) -> Mirrors:
    """The mirrors of this machine, from the sources above. Raises HarnessError."""
    named = environment.get(MIRROR_VARIABLE)
    if named:
        mirror = Path(named).absolute()
        if not _holds(mirror, AWS, platform):
            raise HarnessError(
                f"{MIRROR_VARIABLE} is {named}, but {mirror / AWS} holds no provider for {platform}: "
                "set it to a folder that `terraform providers mirror` created, or unset it."
            )
        return Mirrors(mirror, _first([mirror], EXTERNAL, platform))
    downloaded = download / ".terraform" / "providers"
    if not _holds(downloaded, AWS, platform) and _registry_is_reachable():
        _download(download)
    candidates = [downloaded, *_implied_mirrors(environment), *_optional_software()]
    aws = _first(candidates, AWS, platform)
    if aws is None:
        raise HarnessError(
            f"No AWS provider for {platform}: {REGISTRY} cannot be reached and no mirror holds hashicorp/aws. "
            f"Allow access to the registry. Or run `terraform providers mirror FOLDER` on a machine with access, "
            f"with hashicorp/aws 5.100 or newer in required_providers, and set {MIRROR_VARIABLE}=FOLDER here. "
            f"Searched: {', '.join(map(str, candidates))}."
        )
    return Mirrors(aws, _first(candidates, EXTERNAL, platform))


def _terraform_platform() -> str:
    terraform = shutil.which("terraform")
    if terraform is None:
        raise HarnessError(
            "terraform is not on PATH: install Terraform 1.9 or newer, https://developer.hashicorp.com/terraform/install"
        )
    run = subprocess.run([terraform, "version", "-json"], capture_output=True, text=True, check=False, timeout=60)
    if run.returncode != 0:
        raise HarnessError(f"`{terraform} version` fails: {run.stderr.strip() or run.stdout.strip()}")
    document = json.loads(run.stdout)
    version = str(document["terraform_version"])
    if tuple(map(int, version.split(".")[:2])) < _MINIMUM_TERRAFORM:
        raise HarnessError(f"{terraform} is Terraform {version}: the module requires 1.9 or newer.")
    return str(document["platform"])


def _holds(mirror: Path, provider: str, platform: str) -> bool:
    """Whether the mirror has the provider, in the unpacked or in the packed layout."""
    folder = mirror / provider
    return any(folder.glob(f"*/{platform}")) or any(folder.glob(f"terraform-provider-*_{platform}.zip"))


def _first(mirrors: Iterable[Path], provider: str, platform: str) -> Path | None:
    return next((mirror for mirror in mirrors if _holds(mirror, provider, platform)), None)


def _implied_mirrors(environment: Mapping[str, str]) -> list[Path]:
    """https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories"""
    home = Path(environment.get("HOME", "/nonexistent"))
    if sys.platform == "darwin":
        support = "Library/Application Support/io.terraform/plugins"
        return [home / ".terraform.d/plugins", home / support, Path("/") / support]
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    shared = (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return [home / ".terraform.d/plugins", *(folder / "terraform/plugins" for folder in [data, *map(Path, shared)])]


def _optional_software() -> list[Path]:
    return sorted(path.parent for path in Path("/opt").glob(f"*/{REGISTRY}"))


def _registry_is_reachable() -> bool:
    try:
        with urllib.request.urlopen(_DISCOVERY, timeout=3) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _download(folder: Path) -> None:
    """Run `terraform init` in `folder`: its .terraform/providers has the layout of an unpacked mirror."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(_DOWNLOADED)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    run = subprocess.run(
        ["terraform", "init", "-input=false", "-no-color"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if run.returncode != 0:
        raise HarnessError(f"The registry is reachable, but the download of the providers fails: {run.stderr.strip()}")


def _cli_configuration(aws: Path, external: Path) -> str:
    mirrors = "\n".join(
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(mirror))}\n    include = [{json.dumps(provider)}]\n  }}"
        for mirror, provider in ((aws, AWS), (external, EXTERNAL))
    )
    return f"disable_checkpoint = true\n\nprovider_installation {{\n{mirrors}\n}}\n"
