"""AWS Systems Manager Quick Setup, which moto lacks."""

from sandbox.services.ssmquicksetup.models import ssmquicksetup_backends

__all__ = ["ssmquicksetup_backends"]
