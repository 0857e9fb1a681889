"""Amazon Athena, with DuckDB as its query engine: moto returns canned results."""

from sandbox.services.athena.models import athena_backends

__all__ = ["athena_backends"]
