"""CKV_SSMORG_6: no shell interprets the values of a provisioner.

For source code alone: a plan has only the references of a command. Checkov's parsed resource is not enough: variables
are resolved, lists are sorted, and one of several provisioners is kept. So the file is parsed again, with expressions
as `${...}`.
https://developer.hashicorp.com/terraform/language/resources/provisioners/local-exec
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hcl2
from checkov.common.bridgecrew.severities import BcSeverities, Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHELL = re.compile(
    r"""(?:^|['"])(?:[^'"]*[/\\])?(?:sh|bash|dash|ksh|zsh|fish|cmd|powershell|pwsh)(?:\.exe)?(?:$|['"])"""
)
_INSTANCE = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[0-9]+)\]")
_OPENING, _CLOSING = "([{", ")]}"


class ProvisionerArguments(BaseResourceCheck):
    def __init__(self) -> None:
        super().__init__(
            name="A provisioner passes arguments as arguments",
            id="CKV_SSMORG_6",
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=["*"],
            guideline=(
                "Set interpreter to the program and its arguments, and command to jsonencode(...), which the program "
                "gets as one argument; or keep command constant and pass values in environment. A shell runs what "
                "an input has between $( and ). "
                "https://developer.hashicorp.com/terraform/language/resources/provisioners/local-exec"
            ),
        )
        self.severity = Severities[BcSeverities.HIGH]

    def scan_entity_conf(self, conf: dict[str, list[Any]], entity_type: str) -> CheckResult:
        """Also for resources without instances, which other inputs may create."""
        self.entity_type = entity_type
        return self.scan_resource_conf(conf)

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """No result without a provisioner that runs a program."""
        self.evaluated_keys = ["provisioner"]
        if not any(key.startswith("provisioner") for key in conf):
            return CheckResult.UNKNOWN
        results = [_is_safe(kind, body) for kind, body in self._provisioners(str(conf.get("__address__")))]
        if not results:
            return CheckResult.UNKNOWN
        return CheckResult.PASSED if all(results) else CheckResult.FAILED

    def _provisioners(self, address: str) -> Iterator[tuple[str, dict[str, Any]]]:
        scanned = self.entity_path.partition(":")[0]
        resource_type, name = _INSTANCE.sub("", address).split(".")[-2:]
        files = {
            str(vertex.get("file_path_"))
            for _, vertex in (self.graph.nodes() if self.graph else ())
            if vertex.get("__address__") == address
        }
        for file in sorted(file for file in files if file.endswith(scanned) and file.endswith(".tf")):
            for resource in _resources(file):
                yield from _running(resource.get(resource_type, {}).get(name, {}))


@cache
def _resources(file: str) -> list[dict[str, Any]]:
    return list(hcl2.loads(Path(file).read_text()).get("resource", []))


def _running(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for provisioner in resource.get("provisioner", ()):
        for kind, body in provisioner.items():
            if kind in {"local-exec", "remote-exec"}:
                yield kind, body


def _is_safe(kind: str, body: dict[str, Any]) -> bool:
    if kind == "remote-exec":
        # The remote shell interprets it.
        return not any("${" in str(body.get(argument, "")) for argument in ("inline", "script", "scripts"))
    command = str(_first(body.get("command")))
    interpreter = _first(body.get("interpreter"))
    if not interpreter:
        return False
    return _is_constant(command) or (_is_encoded(_expression(command)) and not _names_shell(interpreter))


def _names_shell(interpreter: Any) -> bool:
    parts = interpreter if isinstance(interpreter, list) else [interpreter]
    return any(_SHELL.search(str(part)) for part in parts)


def _is_constant(command: str) -> bool:
    return "${" not in command and "%{" not in command


def _expression(command: str) -> str:
    """The expression in `${...}`; "" for a template with other text."""
    return command[2:-1].strip() if command.startswith("${") and command.endswith("}") else ""


def _is_encoded(expression: str) -> bool:
    """Whether it is jsonencode(...), or a choice between that and constants."""
    marks = list(_top_level(expression))
    question = next((place for place, mark in marks if mark == "?"), None)
    if question is None:
        call = expression.startswith("jsonencode(") and expression.endswith(")")
        return call and sum(mark == "(" for _, mark in marks) == 1
    colon = next((place for place, mark in marks if mark == ":" and place > question), len(expression))
    branches = expression[question + 1 : colon].strip(), expression[colon + 1 :].strip()
    return all(_is_literal(branch) or _is_encoded(branch) for branch in branches)


def _is_literal(expression: str) -> bool:
    return re.fullmatch(r'"[^"$%\\]*"', expression) is not None


def _top_level(expression: str) -> Iterator[tuple[int, str]]:
    """The position of each `?`, `:` and `(` outside of strings and brackets."""
    depth, quote = 0, ""
    for place, mark in enumerate(expression):
        if quote:
            quote = "" if mark == quote and expression[place - 1] != "\\" else quote
        elif mark in "\"'":
            quote = mark
        elif mark in _CLOSING:
            depth -= 1
        else:
            if depth == 0 and mark in "?:(":
                yield place, mark
            depth += mark in _OPENING


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


check = ProvisionerArguments()
