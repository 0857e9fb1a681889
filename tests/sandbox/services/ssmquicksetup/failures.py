"""Deployments to an account and Region that fail on request."""

from __future__ import annotations

from sandbox.services.injected_failures import InjectedFailures

# By the manager's name.
injected_failures = InjectedFailures()
