"""AWS providers that commands share: one for each environment, no more than two, and none left behind."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from harness.errors import HarnessError
from harness.reattached_providers import ReattachedProviders

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = ".terraform/providers/registry.terraform.io/hashicorp/aws/5.0.0/linux_amd64"
_TOLD = 'echo "  TF_REATTACH_PROVIDERS=\'{\\"aws\\": $$}\'"'


def _install(directory: Path, program: str) -> Path:
    """A provider as `terraform init` leaves it, which tells its process id as what to attach to."""
    file = directory / _FOLDER / "terraform-provider-aws_v5.0.0"
    file.parent.mkdir(parents=True)
    file.write_text(f"#!/bin/sh\n{program}\n")
    file.chmod(0o755)
    return directory


def _process(attaching: dict[str, str]) -> int:
    return int(attaching["TF_REATTACH_PROVIDERS"].removeprefix('{"aws": ').removesuffix("}"))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_for_each_environment(tmp_path: Path) -> None:
    directory = _install(tmp_path, f"{_TOLD}; exec sleep 300")
    with closing(ReattachedProviders()) as warm:
        first, second, third = ({"PATH": os.environ["PATH"], "AWS_REGION": name} for name in ("a", "b", "c"))
        process = _process(warm.attaching(directory, first))
        other = _process(warm.attaching(directory, second))
        assert _process(warm.attaching(directory, first)) == process != other
        latest = _process(warm.attaching(directory, third))
        assert [_is_running(number) for number in (process, other, latest)] == [True, False, True]
    assert not any(map(_is_running, (process, latest)))


def test_nothing_to_attach_to(tmp_path: Path) -> None:
    with closing(ReattachedProviders()) as warm:
        assert warm.attaching(tmp_path, {}) == {}
        with pytest.raises(HarnessError, match="ended with 3, and cannot be attached to"):
            warm.attaching(_install(tmp_path, "exit 3"), {})
