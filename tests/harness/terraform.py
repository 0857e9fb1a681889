"""Runs Terraform.

python-terraform generates the command lines. It does not run them: with current Terraform its `destroy`, `output(name)`
and default `apply` fail, it has no timeout, and it leaves variable files behind (beelit94/python-terraform issues 108,
113, 128).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import python_terraform

from harness.results import Apply, Plan, Report, TerraformError, TerraformTimeoutError, TestReport, parse_messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.forking.scripts import ScriptServer
    from harness.reattachment.reattached_providers import ReattachedProvider, ReattachedProviders

_FLAG = python_terraform.IsFlagged


class _CommandLine(python_terraform.Terraform):  # type: ignore[misc]
    """python-terraform's command lines, without reading the state."""

    def read_state_file(self, file_path: str | None = None) -> None:
        pass


class Terraform:
    """Terraform in one directory.

    Parameters
    ----------
    directory: the configuration; state, plans and providers are kept in it
    environment: the environment of the commands; nothing is inherited
    variables: values of input variables, for every command that takes them
    timeout: seconds after which a command and its plugins are killed
    reattached: running providers to reattach to; in `start_apply` one of its own, which ends with it
    scripts: what runs the module's scripts, but for `start_apply`, whose scripts end with it
    """

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        *,
        variables: Mapping[str, object] | None = None,
        timeout: float = 400.0,
        reattached: ReattachedProviders | None = None,
        scripts: ScriptServer | None = None,
    ) -> None:
        self._reattached = reattached
        self._scripts = scripts
        self.directory = directory
        self.environment = dict(environment)
        self.variables = dict(variables or {})
        self.timeout = timeout

    def reattaching_environment(self) -> dict[str, str]:
        """The environment of a command that reattaches to the running provider, and runs scripts in forks."""
        forks = self._scripts.variables if self._scripts else {}
        environment = {**self.environment, **forks}
        reattach = self._reattached.start(self.directory, environment) if self._reattached else {}
        return {**environment, **reattach}

    def init(self, *, backend: bool = True, **options: object) -> Report:
        """Initialise the directory, with its backend or without. Raises TerraformError."""
        return self._run("init", backend=backend, **options)

    def validate(self) -> Report:
        """Validate the configuration. Raises TerraformError, whose diagnostics are the findings."""
        with self._started("validate", json=_FLAG, no_color=_FLAG) as running:
            status, output, _ = running.finish(self.timeout)
        findings = json.loads(output)["diagnostics"]
        report = Report(tuple({"type": "diagnostic", "diagnostic": finding} for finding in findings))
        if status != 0:
            raise TerraformError(["validate"], status, report)
        return report

    def plan(
        self,
        variables: Mapping[str, object] | None = None,
        *,
        destroy: bool = False,
        refresh_only: bool = False,
        replace: Sequence[str] = (),
        target: Sequence[str] = (),
    ) -> Plan:
        """Plan. `variables` override those of the object. Raises TerraformError."""
        file = self.directory / f"{time.monotonic_ns()}.tfplan"
        options = self._planning(variables, destroy=destroy, refresh_only=refresh_only, replace=replace, target=target)
        began = time.monotonic()
        with self._started("plan", **options, json=_FLAG, detailed_exitcode=_FLAG, out=str(file)) as running:
            status, output, stderr = running.finish(self.timeout)
        report = self._report(["plan"], status, output, stderr, began, success=(0, 2))
        return Plan(report.messages, report.text, report.seconds, is_empty=status == 0, _show=partial(self._show, file))

    def apply(
        self,
        variables: Mapping[str, object] | None = None,
        *,
        replace: Sequence[str] = (),
        target: Sequence[str] = (),
        refresh_only: bool = False,
    ) -> Apply:
        """Plan and apply in one command. Raises TerraformError."""
        return self._apply(self._planning(variables, refresh_only=refresh_only, replace=replace, target=target))

    def destroy(self, variables: Mapping[str, object] | None = None, *, target: Sequence[str] = ()) -> Apply:
        """Destroy what the state holds. Raises TerraformError."""
        return self._apply(self._planning(variables, destroy=True, target=target))

    def start_apply(self, variables: Mapping[str, object] | None = None, *, destroy: bool = False) -> RunningTerraform:
        """Start an apply that the caller waits for, interrupts or kills; its AWS provider ends with it."""
        options: dict[str, Any] = {**self._planning(variables, destroy=destroy), "json": _FLAG, "auto_approve": _FLAG}
        separate = self._reattached.start_separate(self.directory, self.environment) if self._reattached else None
        reattach = separate.variables if separate else {}
        return self._start("apply", environment={**self.environment, **reattach}, provider=separate, **options)

    def output(self) -> dict[str, Any]:
        """The output values in the state, with sensitive values."""
        document = json.loads(self._run("output", json=_FLAG, input=None).text)
        return {name: output["value"] for name, output in document.items()}

    def state(self) -> dict[str, dict[str, Any]]:
        """The attributes of every resource instance in the state, by address."""
        document = json.loads(self._run("show", json=_FLAG, input=None).text)
        root = document.get("values", {}).get("root_module", {})
        return {resource["address"]: resource["values"] for resource in _resources(root)}

    def addresses(self) -> list[str]:
        """The addresses in the state, sorted. Starts no provider."""
        return sorted(self._run("state list", input=None, no_color=None).text.splitlines())

    def forget(self, address: str) -> None:
        """`terraform state rm`. Raises TerraformError."""
        self._run("state rm", address, input=None, no_color=None)

    def import_(self, address: str, identifier: str) -> None:
        """`terraform import`. Raises TerraformError."""
        self._run("import", address, identifier)

    def untaint(self, address: str) -> None:
        """`terraform untaint`. Raises TerraformError."""
        self._run("untaint", address, input=None)

    def test(self, test_directory: str, files: Sequence[str] = ()) -> TestReport:
        """Run the test files of a folder relative to the directory, initialised with `init(test_directory=...)`.

        Failed runs are in the report. Raises TerraformError when Terraform runs no tests.
        """
        began = time.monotonic()
        options = {"test_directory": test_directory, "filter": list(files), "json": _FLAG, "no_color": _FLAG}
        with self._started("test", **options) as running:
            status, output, stderr = running.finish(self.timeout)
        report = self._report(["test"], status, output, stderr, began, success=(0, 1))
        if not report.of("test_summary"):
            raise TerraformError(["test"], status, report)
        return TestReport(report.messages, report.text, report.seconds)

    def provider_schemas(self) -> dict[str, Any]:
        """The schema of every provider, by its address (`harness.providers.AWS`). Raises TerraformError.

        https://developer.hashicorp.com/terraform/cli/commands/providers/schema
        """
        document = json.loads(self._run("providers schema", json=_FLAG, input=None, no_color=None).text)
        return dict(document["provider_schemas"])

    def _apply(self, options: dict[str, object]) -> Apply:
        began = time.monotonic()
        with self._started("apply", **options, json=_FLAG, auto_approve=_FLAG) as running:
            status, output, stderr = running.finish(self.timeout)
        report = self._report(["apply"], status, output, stderr, began, success=(0,))
        return Apply(report.messages, report.text, report.seconds)

    def _planning(
        self,
        variables: Mapping[str, object] | None,
        *,
        destroy: bool = False,
        refresh_only: bool = False,
        replace: Sequence[str] = (),
        target: Sequence[str] = (),
    ) -> dict[str, object]:
        return {
            "var": {**self.variables, **(variables or {})} or None,
            "destroy": _FLAG if destroy else None,
            "refresh_only": _FLAG if refresh_only else None,
            "replace": list(replace),
            "target": list(target),
            "input": False,
            "no_color": _FLAG,
        }

    def _show(self, plan: Path) -> dict[str, Any]:
        document = json.loads(self._run("show", str(plan), json=_FLAG, input=None).text)
        return dict(document)

    def _run(self, command: str, *arguments: str, **options: object) -> Report:
        """Run a command whose output is text or one JSON document."""
        began = time.monotonic()
        with self._started(command, *arguments, **{"input": False, "no_color": _FLAG, **options}) as running:
            status, output, stderr = running.finish(self.timeout)
        if status != 0:
            raise TerraformError([command], status, Report((), f"{output}{stderr}".strip()))
        return Report((), output, time.monotonic() - began)

    @staticmethod
    def _report(
        command: Sequence[str], status: int, output: str, stderr: str, began: float, *, success: Sequence[int]
    ) -> Report:
        messages, text = parse_messages(output)
        output = "\n".join(part for part in (text, stderr.strip()) if part)
        report = Report(messages, output, time.monotonic() - began)
        if status not in success:
            raise TerraformError(command, status, report)
        return report

    @contextmanager
    def _started(self, command: str, *arguments: str, **options: Any) -> Iterator[RunningTerraform]:
        # `init` does not install a provider that it reattaches to.
        environment = self.environment if command == "init" else self.reattaching_environment()
        running = self._start(command, *arguments, environment=environment, **options)
        try:
            yield running
        finally:
            running.kill()

    def _start(
        self,
        command: str,
        *arguments: str,
        environment: Mapping[str, str],
        provider: ReattachedProvider | None = None,
        **options: object,
    ) -> RunningTerraform:
        line = _CommandLine(working_dir=str(self.directory))
        try:
            arguments_list = line.generate_cmd_string(command, *arguments, **options)
            return RunningTerraform(arguments_list, self.directory, environment, line.temp_var_files, provider)
        except BaseException:
            line.temp_var_files.clean_up()
            if provider is not None:
                provider.end()
            raise


class RunningTerraform:
    """A running Terraform command, in a process group with its plugins, and the provider that it reattached to."""

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        variable_files: Any,
        provider: ReattachedProvider | None = None,
    ) -> None:
        self._provider = provider
        self._command = command
        self._variable_files = variable_files
        self._is_cleared = False
        # Files, not pipes: a full pipe blocks the program, and orphaned plugins keep it open.
        with ExitStack() as opened:
            self._output = opened.enter_context(tempfile.TemporaryFile("w+"))
            self._stderr = opened.enter_context(tempfile.TemporaryFile("w+"))
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._stderr,
                start_new_session=True,
            )
            self._files = opened.pop_all()

    def finish(self, timeout: float) -> tuple[int, str, str]:
        """Wait and return exit status, output and standard error. Raises TerraformTimeoutError after a kill."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            output = self._read(self._output) + self._read(self._stderr)
            self.kill()
            raise TerraformTimeoutError(
                f"{' '.join(self._command)} was killed after {timeout:g} s. Its output:\n{output}"
            ) from None
        result = status, self._read(self._output), self._read(self._stderr)
        self.kill()
        return result

    def wait(self, timeout: float = 400.0) -> Report:
        """Wait for the end of an apply. Raises TerraformError and TerraformTimeoutError."""
        status, output, stderr = self.finish(timeout)
        messages, text = parse_messages(output)
        report = Report(messages, f"{text}\n{stderr}".strip())
        if status != 0:
            raise TerraformError(self._command[1:2], status, report)
        return report

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def interrupt(self) -> None:
        """Send SIGINT, as Ctrl-C does."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """Send SIGKILL to Terraform and its plugins, unless they have ended."""
        if self._is_cleared:
            return
        self._is_cleared = True
        self._signal(signal.SIGKILL)
        if self._provider is not None:
            self._provider.end()
        self._process.wait()
        self._files.close()
        self._variable_files.clean_up()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return

    @staticmethod
    def _read(file: Any) -> str:
        file.seek(0)
        return str(file.read())


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
