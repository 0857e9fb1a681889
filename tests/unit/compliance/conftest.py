"""The golden organization, to be reported."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from unit.golden_fleet import FLEET, run_fleet_report
from unit.golden_organization import GOLDEN, run_report

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run


@pytest.fixture
def golden_report(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Runs `report.py compliance` over it, in the management account at the sandbox's time, with a temporary cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    aws.reset(GOLDEN)
    return partial(run_report, aws, run)


@pytest.fixture
def fleet_report(aws: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Outcome]:
    """Likewise over the organization of 24 nodes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    aws.reset(FLEET)
    return partial(run_fleet_report, aws, run)
