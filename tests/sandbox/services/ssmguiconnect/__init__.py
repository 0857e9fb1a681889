"""Systems Manager GUI Connect, which moto lacks: preferences of recordings, and whether a connection is recorded."""

from sandbox.services.ssmguiconnect.models import ssmguiconnect_backends

__all__ = ["ssmguiconnect_backends"]
