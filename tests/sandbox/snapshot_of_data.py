"""The part of a snapshot that is about data: buckets, keys, the Data Catalog and Athena."""

from __future__ import annotations

import json
from typing import Any

from moto.s3.models import FakeKey

from sandbox.services.athena.models import every_athena
from sandbox.services.athena.workgroups import PRIMARY
from sandbox.services.glue.models import every_glue
from sandbox.services.kms.models import every_kms
from sandbox.services.s3.models import SandboxBucket, SandboxS3Backend, s3_backends


def take() -> dict[str, Any]:
    """Return what `snapshot.take` says of them.

    A key of KMS that was deleted stays, as `PendingDeletion`. Keys have no ids here, for these are drawn.
    """
    return {
        "buckets": _sorted({account_id: buckets for account_id, buckets in _buckets() if buckets}),
        "kms_keys": _sorted(
            {
                f"{backend.account_id} {backend.region_name}": sorted(
                    (
                        {
                            "description": key.description,
                            "state": key.key_state,
                            "rotation": key.key_rotation_status,
                            "aliases": sorted(key.aliases),
                        }
                        for key in backend.customer_keys()
                    ),
                    key=lambda key: json.dumps(key, sort_keys=True),
                )
                for backend in every_kms()
                if backend.customer_keys()
            }
        ),
        "glue_databases": _sorted(
            {
                f"{backend.account_id} {backend.region_name}": {
                    name: sorted(database.tables) for name, database in sorted(backend.databases.items())
                }
                for backend in every_glue()
                if backend.databases
            }
        ),
        "athena_workgroups": _sorted(
            {
                f"{backend.account_id} {backend.region_name}": {
                    name: sorted(query.name for query in backend.named_queries.values() if query.workgroup == name)
                    for name in sorted(backend.workgroups)
                    if name != PRIMARY or any(query.workgroup == PRIMARY for query in backend.named_queries.values())
                }
                for backend in every_athena()
                if backend.workgroups.keys() != {PRIMARY} or backend.named_queries
            }
        ),
    }


def _buckets() -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (
            account_id,
            [_bucket(bucket) for _, bucket in sorted(backend.buckets.items()) if isinstance(bucket, SandboxBucket)],
        )
        for account_id, _, backend in s3_backends.iter_backends()
        if isinstance(backend, SandboxS3Backend)
    ]


def _bucket(bucket: SandboxBucket) -> dict[str, Any]:
    keys = sorted({str(name) for name, key in bucket.keys.items() if isinstance(key, FakeKey)})
    return {
        "name": bucket.name,
        "region": bucket.region_name,
        "versioning": bucket.versioning_status,
        "policy": json.loads(bucket.policy) if bucket.policy else None,
        "objects": keys,
    }


def _sorted(found: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(found.items()))
