"""Parquet of the report in pandas, as those who work with it read it: `test_render.py` has DuckDB."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from unit.conftest import Outcome


def test_nodes_patches_and_snapshots(fleet_report: Callable[..., Outcome], tmp_path: Path) -> None:
    document = json.loads(fleet_report("--patches", "all", "--format", "json").stdout)
    nodes, patches, snapshots = tmp_path / "nodes.parquet", tmp_path / "patches.parquet", tmp_path / "snapshots"
    fleet_report("--format", "parquet", "--output", str(nodes))
    kept = ("--patches", "all", "--snapshot", str(snapshots))
    fleet_report("--format", "parquet", "--output", str(patches), "--by", "node", *kept)

    read = pd.read_parquet(nodes)
    assert list(read.columns) == list(document["nodes"][0])
    assert read.to_dict("records") == document["nodes"]
    assert read["missing"].sum() == sum(node["missing"] for node in document["nodes"])

    read = pd.read_parquet(patches)
    assert sorted(read["patch_id"]) == sorted(patch["patch_id"] for patch in document["patches"])
    # NULL is no number.
    assert read["epss"].isna().all()

    (of_the_day,) = (snapshots / "nodes").glob("report_date=*/nodes.parquet")
    assert len(pd.read_parquet(of_the_day)) == len(document["nodes"])
    (row,) = pd.read_parquet(next((snapshots / "reports").glob("*/reports.parquet"))).to_dict("records")
    assert row["compliant"] == document["totals"]["compliant"]
