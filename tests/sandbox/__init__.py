"""An AWS Organization on this machine: moto, and what moto lacks."""

from __future__ import annotations

from sandbox.calls import Call
from sandbox.faults import Fault, FaultError
from sandbox.scenario import Scenario, ScenarioError
from sandbox.server import Sandbox, SandboxError
from sandbox.validation import Violation

__all__ = ["Call", "Fault", "FaultError", "Sandbox", "SandboxError", "Scenario", "ScenarioError", "Violation"]
