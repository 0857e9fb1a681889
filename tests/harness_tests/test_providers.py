"""The sources of the providers, and the errors without them."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from harness import HarnessError, providers
from harness.providers import AWS, EXTERNAL, MIRROR_VARIABLE, Mirrors, configure_providers, prepare_providers, resolve

if TYPE_CHECKING:
    from pathlib import Path

PLATFORM = "linux_amd64"


@pytest.fixture(autouse=True)
def no_registry_no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "_registry_is_reachable", lambda: False)
    monkeypatch.setattr(providers, "_optional_software", list)


def fill(mirror: Path, *names: str) -> Path:
    for name in names:
        (mirror / name / "5.100.0" / PLATFORM).mkdir(parents=True)
    return mirror


def test_named_mirror(tmp_path: Path) -> None:
    named = fill(tmp_path / "named", AWS, EXTERNAL)
    fill(tmp_path / "home/.terraform.d/plugins", AWS)
    environment = {MIRROR_VARIABLE: str(named), "HOME": str(tmp_path / "home")}
    assert resolve(environment, tmp_path / "download", PLATFORM) == Mirrors(named, named)


def test_named_mirror_without_provider(tmp_path: Path) -> None:
    with pytest.raises(
        HarnessError, match=rf"^{MIRROR_VARIABLE} is .*holds no provider for {PLATFORM}: set it to a folder"
    ):
        resolve({MIRROR_VARIABLE: str(tmp_path)}, tmp_path / "download", PLATFORM)


def test_mirror_of_another_platform(tmp_path: Path) -> None:
    fill(tmp_path / ".terraform.d/plugins", AWS)
    with pytest.raises(HarnessError, match="No AWS provider for darwin_arm64"):
        resolve({"HOME": str(tmp_path)}, tmp_path / "download", "darwin_arm64")


def test_implied_folders(tmp_path: Path) -> None:
    data = fill(tmp_path / "data/terraform/plugins", EXTERNAL)
    shared = fill(tmp_path / "shared/terraform/plugins", AWS)
    environment = {"HOME": "/none", "XDG_DATA_HOME": str(tmp_path / "data"), "XDG_DATA_DIRS": str(tmp_path / "shared")}
    assert resolve(environment, tmp_path / "download", PLATFORM) == Mirrors(shared, data)


def test_packed_mirror(tmp_path: Path) -> None:
    folder = tmp_path / ".terraform.d/plugins" / AWS
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_5.100.0_{PLATFORM}.zip").touch()
    assert resolve({"HOME": str(tmp_path)}, tmp_path / "download", PLATFORM).aws == tmp_path / ".terraform.d/plugins"


def test_download_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloads = []

    def download(folder: Path) -> None:
        downloads.append(folder)
        fill(folder / ".terraform/providers", AWS, EXTERNAL)

    monkeypatch.setattr(providers, "_registry_is_reachable", lambda: True)
    monkeypatch.setattr(providers, "_download", download)
    expected = Mirrors(tmp_path / ".terraform/providers", tmp_path / ".terraform/providers")
    assert resolve({}, tmp_path, PLATFORM) == expected
    assert resolve({}, tmp_path, PLATFORM) == expected
    assert downloads == [tmp_path]


def test_no_provider(tmp_path: Path) -> None:
    with pytest.raises(HarnessError) as caught:
        resolve({"HOME": str(tmp_path)}, tmp_path / "download", PLATFORM)
    message = str(caught.value)
    assert message.startswith(f"No AWS provider for {PLATFORM}: ")
    assert f"set {MIRROR_VARIABLE}=FOLDER" in message
    assert str(tmp_path / ".terraform.d/plugins") in message


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (None, "terraform is not on PATH: install Terraform 1.9"),
        (
            'echo \'{"terraform_version": "1.8.5", "platform": "linux_amd64"}\'',
            "is Terraform 1.8.5: the module requires",
        ),
        ("echo broken >&2; exit 1", "version` fails: broken"),
    ],
)
def test_unsupported_terraform(
    program: str | None, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if program is not None:
        terraform = tmp_path / "terraform"
        terraform.write_text(f"#!/bin/sh\n{program}\n")
        terraform.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match=message):
        prepare_providers(tmp_path / "session", download=tmp_path / "download").__enter__()


def test_genuine_provider_is_preferred(tmp_path: Path) -> None:
    mirror = fill(tmp_path / 'mirror "quoted"', AWS, EXTERNAL)
    with configure_providers(tmp_path, Mirrors(mirror, mirror), PLATFORM) as prepared:
        assert not prepared.is_stand_in
    written = prepared.cli_configuration.read_text()
    assert written.count(r'mirror \"quoted\""') == 2
    assert "direct" not in written


def test_a_script_starts_the_provider(tmp_path: Path) -> None:
    named = fill(tmp_path / "named mirror", AWS, EXTERNAL)
    program = named / AWS / "5.100.0" / PLATFORM / "terraform-provider-aws_v5.100.0"
    program.write_text('#!/bin/sh\necho "$0" "$@"\n')
    program.chmod(0o755)
    environment = {MIRROR_VARIABLE: str(named)}
    with prepare_providers(tmp_path / "session", environment, download=tmp_path, by_scripts=True) as prepared:
        scripts = tmp_path / "session/scripts"
        assert f'"{scripts}"' in prepared.cli_configuration.read_text()
        script = scripts / program.relative_to(named)
        started = subprocess.run([script, "-debug", "a b"], capture_output=True, text=True, check=True)
        assert started.stdout == f"{program} -debug a b\n"


def test_a_packed_provider_is_installed_itself(tmp_path: Path) -> None:
    folder = tmp_path / AWS
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_5.100.0_{PLATFORM}.zip").touch()
    environment = {MIRROR_VARIABLE: str(tmp_path)}
    with prepare_providers(tmp_path / "session", environment, download=tmp_path, by_scripts=True) as prepared:
        assert f'"{tmp_path}"' in prepared.cli_configuration.read_text()
