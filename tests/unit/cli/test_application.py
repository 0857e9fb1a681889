from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.credentials import Credentials

from systems_manager_organization import __version__
from systems_manager_organization.aws.session import botocore_session
from systems_manager_organization.cli.terminal import render_strings
from systems_manager_organization.programs import ensure, observe, report
from unit.conftest import TerminalText

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

    from systems_manager_organization.cli.application import Command, Program
    from unit.conftest import Run

PROGRAMS: dict[str, Program[Any]] = {"observe": observe.PROGRAM, "ensure": ensure.PROGRAM, "report": report.PROGRAM}


@pytest.mark.parametrize("flag", ["-h", "--help"])
@pytest.mark.parametrize("program", ["observe", "ensure"])
def test_help_lists_every_command(run: Run, program: str, flag: str) -> None:
    outcome = run(program, flag)
    assert (outcome.status, outcome.stderr) == (0, "")
    for command in PROGRAMS[program].commands:
        assert f"\n    {command.name}" in outcome.stdout


_COMMANDS = [(name, command) for name, program in PROGRAMS.items() for command in program.commands]


@pytest.mark.parametrize(("program", "command"), _COMMANDS, ids=lambda value: getattr(value, "name", value))
def test_help_of_a_command_fits_eighty_columns(run: Run, program: str, command: Command[str]) -> None:
    outcome = run(program, command.name, "--account-id", "111111111111", "--help")
    assert (outcome.status, outcome.stderr) == (0, "")
    assert max(map(len, outcome.stdout.splitlines())) <= 80
    assert "\nExample:\n  " in outcome.stdout
    for option in command.options:
        assert f"\n  {option.option_string}" in outcome.stdout
    # A text that commands share names no option of another one.
    texts = " ".join([command.description, command.example, *(option.description for option in command.options)])
    assert set(re.findall(r"(?<![\w-])--[a-z-]+", texts)) <= {
        "--help",
        *(option.option_string for option in command.options),
    }


@pytest.mark.parametrize("command", ensure.PROGRAM.commands, ids=lambda command: command.name)
def test_help_of_ensure_names_the_resource_that_would_replace_it(run: Run, command: Command[str]) -> None:
    assert "would replace this" in " ".join(run("ensure", command.name, "--help").stdout.split())


def test_help_has_required_options_and_defaults(run: Run) -> None:
    expected = " ".join(run("ensure", "settings", "--help").stdout.split())
    assert "(required) --record-region" in expected
    assert "(default: apply)" in expected


def test_version(run: Run) -> None:
    outcome = run("report", "--version")
    assert (outcome.status, outcome.stdout) == (0, f"report.py {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("organisation",), "unknown command organisation: did you mean organization?"),
        (("x",), "unknown command x: use one of organization, preflight,"),
        (("organization", "--acount-id", "1"), "unrecognized arguments: --acount-id. Did you mean --account-id?"),
        (("organization", "--account-id"), "argument --account-id: expected one argument"),
        (("organization", "--account-id", "--region"), "argument --account-id: expected one argument"),
        (("organization", '{"account_id":', '"1"}'), "unrecognized arguments"),
        (("organization", "--account-id=1"), 'account_id is "1", but must be an account id: 12 digits'),
        (("organization", "--region=us-east-1"), "account_id is missing"),
        ((), "the following arguments are required: COMMAND"),
    ],
)
def test_an_invalid_command_line_is_one_line(run: Run, arguments: tuple[str, ...], expected: str) -> None:
    outcome = run("observe", *arguments)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("observe.py")
    assert expected in outcome.stderr
    assert outcome.stderr.count("\n") == 1


def test_values_with_commas_separated_and_repeated(run: Run) -> None:
    for arguments in (("--regions", "x,y"), ("--regions", "x", "y"), ("--regions", "x", "--regions", "y")):
        outcome = run("report", "compliance", *arguments)
        assert outcome.status == 2
        assert 'regions is "x,y"' in outcome.stderr


def test_ensure_never_waits_for_standard_input(run: Run) -> None:
    outcome = run("ensure", "settings", stdin=io.StringIO('{"account_id": "111111111111"}'))
    assert outcome.status == 2
    assert "the query is missing: pass it as one JSON argument, or as options" in outcome.stderr


def test_observe_never_waits_for_a_terminal(run: Run) -> None:
    outcome = run("observe", "organization", stdin=TerminalText())
    assert outcome.status == 2
    assert "the query is missing: pass it as JSON on standard input, or as options" in outcome.stderr


def test_bytes_that_are_no_text_are_refused(run: Run) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'{"account_id": "\xff"}'), encoding="utf-8")
    outcome = run("observe", "organization", stdin=stdin)
    assert outcome.status == 1
    assert "is not text" in outcome.stderr


def test_interrupted_is_one_line(run: Run) -> None:
    def interrupt(**_options: str | None) -> object:
        raise KeyboardInterrupt

    outcome = run("observe", "organization", query={}, session_factory=interrupt)  # type: ignore[arg-type]
    assert (outcome.status, outcome.stdout) == (130, "")
    assert outcome.stderr == "observe.py organization: interrupted.\n"


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """A machine without credentials in any of botocore's providers."""
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{tmp_path}/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{tmp_path}/credentials")


@pytest.mark.usefixtures("no_credentials")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "Unable to locate credentials"),
        ({"profile": "nobody"}, "The config profile (nobody) could not be found"),
    ],
)
def test_no_credentials_is_one_line_with_remedies(run: Run, query: dict[str, str], expected: str) -> None:
    outcome = run("observe", "organization", query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    for fragment in (expected, "account 111111111111 in Region us-east-1", "AWS_PROFILE", "script_credentials"):
        assert fragment in outcome.stderr


@pytest.mark.usefixtures("no_credentials")
def test_a_broken_configuration_file_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("aws") / "config"
    path.write_text("[default\nregion = us-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(path))
    outcome = run("observe", "organization", query={})
    assert outcome.status == 1
    assert outcome.stderr.count("\n") == 1
    assert str(path) in outcome.stderr


@pytest.mark.usefixtures("no_credentials")
def test_an_unreachable_endpoint_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASAND111111111111")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    outcome = run("observe", "organization", query={})
    assert outcome.status == 1
    assert outcome.stderr.count("\n") == 1
    assert "sts:GetCallerIdentity could not be called for account 111111111111" in outcome.stderr
    assert "127.0.0.1:9" in outcome.stderr


def test_a_boto3_that_lacks_a_service_is_too_old(run: Run) -> None:
    import botocore.exceptions

    class OldSession:
        def create_client(self, service: str, **_options: object) -> object:
            raise botocore.exceptions.UnknownServiceError(service_name=service, known_service_names="ec2")

    outcome = run("observe", "organization", query={}, session_factory=lambda **_options: OldSession())  # type: ignore[arg-type]
    assert outcome.status == 1
    assert "too old" in outcome.stderr
    assert "pip install --upgrade boto3" in outcome.stderr


def test_a_terminal_gets_lines_to_read() -> None:
    managers = [{"arn": "a", "name": "one"}, {"arn": "b", "name": "two"}]
    result = {
        "stack_sets_access": "ENABLED",
        "placed_account_parent_id": "",
        "configuration_managers": json.dumps(managers),
    }
    assert render_strings(result, True).splitlines() == [
        "stack_sets_access: ENABLED",
        "placed_account_parent_id: (none)",
        "configuration_managers: 2",
        "  arn=a  name=one",
        "  arn=b  name=two",
    ]


@pytest.mark.parametrize("text", ["[403] denied", "{not JSON"])
def test_a_text_may_begin_like_json(text: str) -> None:
    assert render_strings({"message": text}, True) == f"message: {text}"
    assert json.loads(render_strings({"message": text}, False)) == {"message": text}


def test_times_of_answers_are_in_utc_however_they_are_spelled() -> None:
    def answer(request: AWSPreparedRequest, **_rest: Any) -> AWSResponse:
        states = [
            {"InstanceId": expected, "OperationEndTime": expected} for expected in (0.5, "1970-01-01T01:00:00+01:00")
        ]
        raw = io.BytesIO(json.dumps({"InstancePatchStates": states}).encode())
        raw.stream = lambda: iter([raw.getvalue()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, 200, HeadersDict(), raw)  # type: ignore[arg-type]

    session = botocore_session(credentials=Credentials("AKIA", "secret"))
    ssm: Any = session.create_client("ssm", region_name="us-east-1")
    ssm.meta.events.register("before-send", answer)
    expected = ssm.describe_instance_patch_states(InstanceIds=["i-0a1b2c3d4e5f60711"])["InstancePatchStates"]
    assert [state["OperationEndTime"].isoformat() for state in expected] == [
        "1970-01-01T00:00:00.500000+00:00",
        "1970-01-01T00:00:00+00:00",
    ]
