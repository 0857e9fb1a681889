"""Runs a program as the `external` data source of hashicorp/external 2.3 does.

Rules and messages are those of the genuine provider (hashicorp/terraform-provider-external,
internal/provider/data_source.go); the messages leave out its general advice.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import NoReturn

_UNEXPECTED = "The data source received an unexpected error while attempting to"

_RESULT_HELP = """The data source received unexpected results after executing the program.

Program output must be a JSON encoded map of string keys and string values.
"""

_SHELLS = ("bash", "fish", "zsh", "ksh", "ash", "sh", "dash")


class ExternalProgramError(Exception):
    """A diagnostic of the data source, for the argument `attribute`."""

    def __init__(self, summary: str, detail: str, attribute: str = "program") -> None:
        super().__init__(f"{summary}: {detail}")
        self.summary = summary
        self.detail = detail
        self.attribute = attribute


class ProgramRunner:
    """Runs the programs of one provider, and can kill the running ones.

    `directory` and `environment` are those of the Terraform command; None is for those of this process.
    """

    def __init__(self, directory: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._environment = os.environ if environment is None else environment
        self._running: set[subprocess.Popen[bytes]] = set()

    def run(
        self, program: Sequence[str | None], query: Mapping[str, str | None] | None, working_dir: str | None
    ) -> dict[str, str]:
        """Pass `query` to `program` as JSON, and return its result.

        Null elements of the program and null values of the query are dropped (hashicorp/terraform-provider-external
        issue 208). Raises ExternalProgramError.
        """
        arguments = [argument for argument in program if argument]
        if not arguments:
            raise ExternalProgramError(
                "External Program Missing",
                "The data source was configured without a program to execute. Verify the configuration contains at "
                "least one non-empty value.",
            )
        command, executable = self._look_up(arguments, program[0])
        values = {key: value for key, value in (query or {}).items() if value is not None}
        document = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        return _decode(self._execute(command, executable, document, working_dir), executable)

    def stop(self) -> None:
        """Kill the running programs, as the genuine provider does when Terraform is interrupted."""
        for process in list(self._running):
            process.kill()

    def _execute(self, command: list[str], executable: str, document: bytes, working_dir: str | None) -> bytes:
        directory = self._path(working_dir or "")
        try:
            process = subprocess.Popen(
                command,
                cwd=directory or None,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            operation = f"chdir {working_dir}" if error.filename == directory else f"fork/exec {error.filename}"
            _execution_failed(executable, "", f"{operation}: {_reason(error)}")
        self._running.add(process)
        try:
            output, stderr = process.communicate(document)
        finally:
            self._running.discard(process)
        if process.returncode != 0:
            _execution_failed(executable, stderr.decode(errors="replace"), _state(process.returncode))
        return output

    def _look_up(self, arguments: list[str], name: str | None) -> tuple[list[str], str]:
        program = arguments[0]
        if "/" in program:
            problem = _executable_problem(program, self._path(program))
            if problem is None:
                return arguments, program
            _lookup_failed(name, f'exec: "{program}": {problem}')
        found = shutil.which(program, path=self._environment.get("PATH", ""))
        if found is not None:
            return [found, *arguments[1:]], found
        shell = self._environment.get("SHELL", "")
        # The genuine provider passes a program that it cannot find to the user's shell, which may have an alias.
        if not any(shell.endswith(f"/{known}") for known in _SHELLS):
            _lookup_failed(name, f'exec: "{program}": executable file not found in $PATH')
        return [shell, "-i", "-c", "--", " ".join(arguments)], shell

    def _path(self, path: str) -> str:
        """A path of the configuration, from this process's own directory."""
        return path if self._directory is None else os.path.join(self._directory, path)  # noqa: PTH118 - plain, as above


def _executable_problem(program: str, path: str) -> str | None:
    """Why the program, which is at `path`, cannot be run."""
    try:
        os.stat(path)  # noqa: PTH116 - a plain string keeps the path as the configuration wrote it
    except OSError as error:
        return f"stat {program}: {_reason(error)}"
    if os.path.isdir(path):  # noqa: PTH112
        return "is a directory"
    return None if os.access(path, os.X_OK) else "permission denied"


def _decode(output: bytes, executable: str) -> dict[str, str]:
    try:
        result = json.loads(output.decode(errors="replace"), parse_constant=_refuse_constant)
    except ValueError as error:
        _unexpected_result(executable, str(error) if output.strip() else "unexpected end of JSON input")
    # Go's decoder reads null as an empty map, and as an empty string.
    if result is None:
        return {}
    if not isinstance(result, dict):
        _unexpected_result(
            executable, f"json: cannot unmarshal {_kind(result)} into Go value of type map[string]string"
        )
    for value in result.values():
        if value is not None and not isinstance(value, str):
            _unexpected_result(executable, f"json: cannot unmarshal {_kind(value)} into Go value of type string")
    return {key: value or "" for key, value in result.items()}


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"invalid character '{name[0]}' looking for beginning of value")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "number"


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO).lower()


def _state(returncode: int) -> str:
    if returncode >= 0:
        return f"exit status {returncode}"
    return f"signal: {(signal.strsignal(-returncode) or str(-returncode)).lower()}"


def _lookup_failed(name: str | None, error: str) -> NoReturn:
    raise ExternalProgramError(
        "External Program Lookup Failed",
        f"{_UNEXPECTED} find the program.\n\nPlatform: {sys.platform}\nProgram: {json.dumps(name)}\nError: {error}",
    )


def _execution_failed(executable: str, stderr: str, state: str) -> NoReturn:
    message = (
        f"\n\nProgram: {executable}\nError Message: {stderr}"
        if stderr
        else "\n\nThe program was executed, however it returned no additional error messaging."
        f"\n\nProgram: {executable}"
    )
    raise ExternalProgramError(
        "External Program Execution Failed", f"{_UNEXPECTED} execute the program.{message}\nState: {state}"
    )


def _unexpected_result(executable: str, error: str) -> NoReturn:
    raise ExternalProgramError(
        "Unexpected External Program Results", f"{_RESULT_HELP}\nProgram: {executable}\nResult Error: {error}"
    )
