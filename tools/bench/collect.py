"""One collection of patch compliance, in a process of its own, for its peak memory.

    python -m tools.bench.collect DIRECTORY nodes|patches [REGION...]

`patches`: also those that are missing, one by one, which takes a call for each node that has any.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from systems_manager_organization.aws.session import AwsSession, botocore_session
from systems_manager_organization.clock import SYSTEM_CLOCK
from systems_manager_organization.compliance.model.patches import states_of
from systems_manager_organization.compliance.output.page import ReportMetadata, write_page
from systems_manager_organization.compliance.patch_collection import PatchCollection
from systems_manager_organization.compliance.sources.api import ApiSource
from systems_manager_organization.compliance.sources.result_sink import Scope
from systems_manager_organization.compliance.store.checkpoint import Checkpoint, ReportKey
from tools.bench.server import MANAGEMENT, ROLE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PAGE_FILE = "page.html"


def _peak() -> float:
    """The peak memory in MB.

    Not getrusage's, which is preserved across execve: it would be at least that of the process that started this one.
    https://man7.org/linux/man-pages/man2/getrusage.2.html#NOTES
    """
    (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(peak) * 1024 / 1e6


def collect(directory: Path, regions: tuple[str, ...], *, patches: bool) -> dict[str, float]:
    """Seconds, peak memory in MB, and counts."""
    began = time.perf_counter()
    scope = Scope(regions=regions)
    query = {"account_id": MANAGEMENT, "region": "us-east-1", "profile": "", "role_arn": ""}
    with (
        AwsSession(query, session_factory=botocore_session, clock=SYSTEM_CLOCK, warn=print) as aws,
        Checkpoint(ReportKey(MANAGEMENT, "api", scope), resume=False, warn=print, directory=directory) as spool,
    ):
        source = ApiSource(ROLE)
        source.read(aws, scope, spool)
        collected, peak_collected = time.perf_counter(), _peak()
        with spool.tables() as tables:
            (nodes,) = tables.sql("SELECT count(*) FROM nodes").fetchall()[0]
            loaded, peak_loaded = time.perf_counter(), _peak()
            collection = PatchCollection(source, aws, spool, states_of(["missing"]), lambda _: None)
            read = _read_patches(collection, tables) if patches else {}
            (unread,) = tables.sql("SELECT count(*) FROM account_regions WHERE code <> ''").fetchall()[0]
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
        **read,
        **page,
        "peak_page": _peak(),
    }


def _read_patches(collection: PatchCollection, tables: DuckDBPyConnection) -> dict[str, float]:
    """Seconds, their number, and the peak memory in MB."""
    began = time.perf_counter()
    collection.read(tables)
    (patches,) = tables.sql("SELECT count(*) FROM patches").fetchall()[0]
    return {"patch_seconds": time.perf_counter() - began, "patches": patches, "peak_patches": _peak()}


def _write_page(tables: DuckDBPyConnection, path: Path) -> dict[str, float]:
    """Seconds, and the size in MB."""
    began = time.perf_counter()
    with path.open("w", encoding="utf-8") as file:
        write_page(tables, file, ReportMetadata("2026-01-05T09:00:00Z", "api"))
    return {"writing": time.perf_counter() - began, "page": path.stat().st_size / 1e6}


if __name__ == "__main__":
    _directory, _extent, *_regions = sys.argv[1:]
    print(json.dumps(collect(Path(_directory), tuple(_regions), patches=_extent == "patches")))
