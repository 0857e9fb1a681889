"""The patches of nodes from what resource data syncs wrote to a bucket: an object for each node."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from systems_manager_organization.aws.concurrency import run_tasks
from systems_manager_organization.compliance.model.patches import (
    Patch,
    cve_text,
    installed_text,
    normalized,
    state_text,
)
from systems_manager_organization.compliance.sources import data_layout
from systems_manager_organization.compliance.sources.read_failures import classify_read_error
from systems_manager_organization.errors import ScriptError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from systems_manager_organization.compliance.model.patches import NodePatches
    from systems_manager_organization.compliance.sources.bucket_objects import Bucket
    from systems_manager_organization.compliance.sources.result_sink import PatchSink

ACTION = "s3:GetObject"
_PATCH = "Patch"


def read_patches(bucket: Bucket, nodes: Iterable[NodePatches], sink: PatchSink) -> None:
    """Adds the patches of each of the nodes. Raises ScriptError for what is the matter with the whole bucket."""
    run_tasks(partial(_read_node, bucket, sink, node) for node in nodes)


def _read_node(bucket: Bucket, sink: PatchSink, node: NodePatches) -> tuple[()]:
    try:
        body = bucket.body(bucket.key_of(data_layout.patch_table(), node.account_id, node.region, node.node_id))
    except ScriptError as error:
        bucket.raise_if_general(error)
        sink.add_failure(node, *classify_read_error(error))
        return ()
    sink.add_patches(node, list(_patches(body, node)))
    return ()


def _patches(body: bytes, node: NodePatches) -> Iterator[Patch]:
    for row in data_layout.rows_in(body, data_layout.patch_table()):
        item = {name: value or "" for name, value in row.items()}
        if item["compliancetype"] == _PATCH and (patch := patch_of(item, node)):
            yield patch


def patch_of(item: Mapping[str, str], node: NodePatches) -> Patch | None:
    """The patch of a row of AWS:ComplianceItem; None in another state than those that are asked for."""
    by_name = {normalized(state.aws_name): state for state in node.states}
    state = by_name.get(normalized(item["patchstate"]))
    if state is None:
        return None
    return Patch(
        item["id"],
        item["title"],
        state_text(state.aws_name),
        item["classification"],
        item["patchseverity"],
        item["severity"].upper(),
        cve_text(item["cveids"]),
        installed_text(item["installedtime"]),
    )
