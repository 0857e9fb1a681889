"""The stand-in runs programs by the rules of the genuine provider, with its messages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from harness.external.program import ExternalProgramError, ProgramRunner

if TYPE_CHECKING:
    from pathlib import Path

ECHO = """
import json, os, sys
print(json.dumps({"query": sys.stdin.read(), "folder": os.getcwd(), "arguments": repr(sys.argv[1:])}))
"""


def answer(script: str, *arguments: str | None) -> dict[str, str]:
    return ProgramRunner().run([sys.executable, "-c", script, *arguments], None, None)


def failure(script: str) -> ExternalProgramError:
    with pytest.raises(ExternalProgramError) as caught:
        answer(script)
    assert f"\nProgram: {sys.executable}\n" in caught.value.detail
    return caught.value


def test_query_folder_and_arguments(tmp_path: Path) -> None:
    query = {"b": 'quote " and $(dollar)', "a": "", "dropped": None}
    result = ProgramRunner().run([sys.executable, "-c", ECHO, "one argument", "", None, "é"], query, str(tmp_path))
    assert result == {
        "query": '{"a":"","b":"quote \\" and $(dollar)"}',
        "folder": str(tmp_path),
        "arguments": "['one argument', 'é']",
    }


def test_a_program_without_query_reads_an_empty_object() -> None:
    assert answer(ECHO)["query"] == "{}"


@pytest.mark.parametrize(
    ("output", "result"),
    [("{}", {}), ("null", {}), ('{"a": null, "b": "1"}', {"a": "", "b": "1"}), (' {"a": "\\u00e9"}\n', {"a": "é"})],
)
def test_valid_results(output: str, result: dict[str, str]) -> None:
    assert answer(f"print({output!r})") == result


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("", "unexpected end of JSON input"),
        ("hello", "Expecting value"),
        ("[1]", "cannot unmarshal array into Go value of type map[string]string"),
        ('"a"', "cannot unmarshal string into Go value of type map[string]string"),
        ('{"a": 1}', "cannot unmarshal number into Go value of type string"),
        ('{"a": true}', "cannot unmarshal bool into Go value of type string"),
        ('{"a": ["1"]}', "cannot unmarshal array into Go value of type string"),
        ('{"a": {}}', "cannot unmarshal object into Go value of type string"),
        ('{"a": NaN}', "invalid character 'N'"),
        ('{"a": "1"} and more', "Extra data"),
    ],
)
def test_invalid_results(output: str, error: str) -> None:
    refused = failure(f"print({output!r})")
    assert refused.summary == "Unexpected External Program Results"
    assert "must be a JSON encoded map of string keys and string values" in refused.detail
    assert error in refused.detail


def test_failing_program() -> None:
    failed = failure("import sys; print('{}'); sys.exit('account 1 is closed')")
    assert failed.summary == "External Program Execution Failed"
    assert failed.detail.endswith("\nError Message: account 1 is closed\n\nState: exit status 1")


def test_failing_program_without_output() -> None:
    assert "returned no additional error messaging" in failure("raise SystemExit(3)").detail
    assert failure("raise SystemExit(3)").detail.endswith("State: exit status 3")
    assert failure("import os; os.kill(os.getpid(), 9)").detail.endswith("State: signal: killed")


def test_stderr_of_a_successful_program() -> None:
    assert answer("import sys; print('note', file=sys.stderr); print('{}')") == {}


@pytest.mark.parametrize("program", [[], [""], [None, ""]])
def test_no_program(program: list[str | None]) -> None:
    with pytest.raises(ExternalProgramError) as caught:
        ProgramRunner().run(program, {}, None)
    assert caught.value.summary == "External Program Missing"


def test_missing_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SHELL", raising=False)
    plain = tmp_path / "plain"
    plain.write_text("text")
    expected = {
        "no-such-program": 'exec: "no-such-program": executable file not found in $PATH',
        "./no-such-program": 'exec: "./no-such-program": stat ./no-such-program: no such file or directory',
        str(tmp_path): f'exec: "{tmp_path}": is a directory',
        str(plain): f'exec: "{plain}": permission denied',
    }
    for program, error in expected.items():
        if program == str(plain) and plain.stat().st_mode & 0o111:
            continue
        with pytest.raises(ExternalProgramError) as caught:
            ProgramRunner().run([program], {}, None)
        assert caught.value.summary == "External Program Lookup Failed"
        assert caught.value.detail.endswith(f'\nPlatform: {sys.platform}\nProgram: "{program}"\nError: {error}')


def test_missing_program_is_passed_to_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/bin/sh")
    with pytest.raises(ExternalProgramError) as caught:
        ProgramRunner().run(["no-such-program", "argument"], {}, None)
    assert caught.value.summary == "External Program Execution Failed"
    assert "\nProgram: /bin/sh\nError Message: " in caught.value.detail
    assert "no-such-program" in caught.value.detail
    assert "State: exit status 127" in caught.value.detail


def test_missing_working_directory() -> None:
    with pytest.raises(ExternalProgramError) as caught:
        ProgramRunner().run([sys.executable, "-c", "pass"], {}, "/no/such/folder")
    assert caught.value.summary == "External Program Execution Failed"
    assert caught.value.detail.endswith("State: chdir /no/such/folder: no such file or directory")
