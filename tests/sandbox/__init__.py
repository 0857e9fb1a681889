"""An AWS Organization on this machine: moto, and what moto lacks."""

from __future__ import annotations

from sandbox.faults import Fault, FaultError
from sandbox.protocol.validation import Violation
from sandbox.scenarios.scenario import Scenario, ScenarioError
from sandbox.server.calls import Call
from sandbox.server.sandbox import Sandbox, SandboxError

__all__ = ["Call", "Fault", "FaultError", "Sandbox", "SandboxError", "Scenario", "ScenarioError", "Violation"]
