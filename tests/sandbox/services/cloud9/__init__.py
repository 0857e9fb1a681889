"""AWS Cloud9, which moto lacks: existing environments, to list and delete."""

from sandbox.services.cloud9.models import cloud9_backends

__all__ = ["cloud9_backends"]
