"""Runs a runbook: its parameters, and its `aws:executeScript` steps, which run as they are, as the role.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
"""

from __future__ import annotations

import builtins
import re
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_.:]+)\s*\}\}")


class RunbookError(Exception):
    """The automation fails; the message is its failure message. `step`: the one that failed, "" before the first."""

    def __init__(self, message: str, step: str = "") -> None:
        super().__init__(message)
        self.step = step


@dataclass(frozen=True)
class Environment:
    """Where a runbook runs. `variables` are the global ones, by name (`global:REGION`)."""

    variables: Mapping[str, str]
    client: Callable[..., Any]


def arguments_of(content: Mapping[str, Any], given: Mapping[str, list[str]]) -> dict[str, str]:
    """Return a value for each parameter of a runbook. Raises RunbookError, with AWS's rules and the sandbox's words.

    ASSUMPTION(automation-messages): the words. Parameters of the type String alone are known here.
    """
    declared = content.get("parameters", {})
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise RunbookError(f"Parameters {', '.join(unknown)} are not defined in the runbook.")
    values = {name: one["default"] for name, one in declared.items() if "default" in one}
    values |= {name: found[0] for name, found in given.items()}
    missing = sorted(set(declared) - set(values))
    if missing:
        raise RunbookError(f"Parameters {', '.join(missing)} have no value.")
    for name, value in values.items():
        allowed = declared[name].get("allowedValues")
        if allowed is not None and value not in allowed:
            raise RunbookError(f"{value} is not a value of the parameter {name}.")
    return values


def run(content: Mapping[str, Any], arguments: Mapping[str, str], environment: Environment) -> dict[str, Any]:
    """Run the steps in order; return the payload of each. Raises RunbookError where a step fails."""
    values = {**environment.variables, **arguments}
    payloads = {}
    for step in content["mainSteps"]:
        if step["action"] != "aws:executeScript":
            raise RunbookError(f"The sandbox has not built the action {step['action']}.", step["name"])
        inputs = step["inputs"]
        payload = _substituted(inputs.get("InputPayload", {}), values)
        payloads[step["name"]] = _run_script(step["name"], inputs, payload, environment)
    return payloads


def _substituted(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _substituted(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_substituted(item, values) for item in value]
    return _VARIABLE.sub(lambda found: values[found[1]], value) if isinstance(value, str) else value


def _run_script(name: str, inputs: Mapping[str, Any], payload: Any, environment: Environment) -> Any:
    if not inputs["Runtime"].startswith("python"):
        raise RunbookError(f"The sandbox does not run {inputs['Runtime']}.", name)
    namespace: dict[str, Any] = {"__name__": name, "__builtins__": _builtins(environment)}
    try:
        exec(compile(inputs["Script"], name, "exec"), namespace)  # noqa: S102 (this is what the step does)
        return namespace[inputs["Handler"]](payload, dict(environment.variables))
    except Exception as error:
        raise RunbookError(
            f"Step fails when it is Poll action status for completion. Traceback: {type(error).__name__}: {error}", name
        ) from error


def _builtins(environment: Environment) -> dict[str, Any]:
    """Python's, in which `import boto3` has the clients of the automation's role, and `print` writes the step's log."""
    sdk = ModuleType("boto3")
    sdk.client = environment.client  # type: ignore[attr-defined]

    def imported(name: str, *arguments: Any, **options: Any) -> Any:
        return sdk if name == "boto3" else builtins.__import__(name, *arguments, **options)

    def log(*_: Any, **__: Any) -> None:
        """Nobody reads it here: it is in CloudWatch Logs, if the account logs Automation."""

    return {**vars(builtins), "__import__": imported, "print": log}
