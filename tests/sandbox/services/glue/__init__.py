"""The AWS Glue Data Catalog: moto's requires packages that nothing else does."""

from sandbox.services.glue.models import glue_backends

__all__ = ["glue_backends"]
