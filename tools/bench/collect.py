"""One collection of patch compliance, in a process of its own, for its peak memory.

python -m tools.bench.collect DIRECTORY [REGION...]
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.aws.session import AwsSession, botocore_session
from systems_manager_organization.clock import SYSTEM_CLOCK
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page
from systems_manager_organization.compliance.sources.api import ApiSource
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.compliance.store.checkpoint import Checkpoint, ReportKey
from tools.bench.server import MANAGEMENT, ROLE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAGE_FILE = "page.html"


def _peak() -> float:
    """The peak memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def collect(directory: Path, regions: tuple[str, ...]) -> dict[str, float]:
    """Seconds, peak memory in MB, and counts."""
    began = time.perf_counter()
    scope = Scope(regions=regions)
    query = {"account_id": MANAGEMENT, "region": "us-east-1", "profile": "", "role_arn": ""}
    with (
        AwsSession(query, session_factory=botocore_session, clock=SYSTEM_CLOCK, warn=print) as aws,
        Checkpoint(ReportKey(MANAGEMENT, "api", scope), resume=False, warn=print, directory=directory) as spool,
    ):
        ApiSource(ROLE).read(aws, scope, spool)
        collected, peak_collected = time.perf_counter(), _peak()
        with spool.tables() as tables:
            (nodes,) = tables.sql("SELECT count(*) FROM nodes").fetchall()[0]
            loaded, peak_loaded = time.perf_counter(), _peak()
            (unread,) = tables.sql("SELECT count(*) FROM places WHERE code <> ''").fetchall()[0]
            page = _write_page(tables, directory / PAGE_FILE)
        spool.discard()
    return {
        "seconds": collected - began,
        "loading": loaded - collected,
        "peak": peak_collected,
        "peak_loaded": peak_loaded,
        "nodes": nodes,
        "unread": unread,
        "processor": time.process_time(),
        **page,
        "peak_page": _peak(),
    }


def _write_page(tables: DuckDBPyConnection, path: Path) -> dict[str, float]:
    """Seconds, and the size in MB."""
    began = time.perf_counter()
    with path.open("w", encoding="utf-8") as file:
        write_page(tables, file, ReportMetadata("2026-01-05T09:00:00Z", "api"))
    return {"writing": time.perf_counter() - began, "page": path.stat().st_size / 1e6}


if __name__ == "__main__":
    _directory, *_regions = sys.argv[1:]
    print(json.dumps(collect(Path(_directory), tuple(_regions))))
