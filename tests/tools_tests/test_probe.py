"""`make probe` in the sandbox: as it is, with an assumption that is wrong there, and where AWS refuses a call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tools.assumptions.register import load
from tools.probe import result
from tools.probe.checks import CHECKS, by_assumption
from tools.probe.command import main, parse, run
from tools.probe.model import AS_ASSUMED, FAILED, NO_EVIDENCE, NOT_RUN, REFUTED, Observation, Organization
from tools.probe.result import EXIT_AS_ASSUMED, EXIT_ERROR, EXIT_REFUTED, Result, UsageError, exit_status, mask
from tools.probe.sandbox import organization_of, prepare
from tools.probe.switches import SWITCHES

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox

MANAGEMENT = "111111111111"


@pytest.fixture
def organization(sandbox: Sandbox) -> Organization:
    prepare(sandbox)
    return organization_of(sandbox)


def probe(organization: Organization, output: Path, *arguments: str, place: str = "sandbox") -> tuple[int, Any]:
    """The exit status, and the content of the file."""
    status = run(organization, parse(arguments), place=place, output=output)
    (file,) = output.iterdir()
    return status, json.loads(file.read_text())


def verdicts(content: Any) -> dict[str, str]:
    return {id_: verdict for found in content["results"] for id_, verdict in found["verdicts"].items()}


@pytest.mark.scenario("realistic")
def test_as_assumed_in_the_sandbox(sandbox: Sandbox, organization: Organization, tmp_path: Path) -> None:
    before = sandbox.snapshot()
    status, content = probe(organization, tmp_path)
    assert sandbox.snapshot() == before
    found = verdicts(content)
    assert status == EXIT_AS_ASSUMED, found
    assert REFUTED not in found.values()
    assert found["invalid-target-ou-passes"] == NOT_RUN
    assert {id_ for id_, verdict in found.items() if verdict == AS_ASSUMED} >= {
        "cloudformation-default-pages",
        "compliance-filters",
        "definition-id-is-configuration-id",
        "explorer-sync-tells-what-was-asked",
        "global-resources-region",
        "list-configurations-rows",
        "management-stack-regions",
        "patch-states",
        "quick-setup-one-failure-fails-all",
        "sync-names-and-conflicts",
    }
    assert MANAGEMENT not in json.dumps(content)


@pytest.mark.parametrize("falsified", SWITCHES)
@pytest.mark.scenario("realistic")
def test_a_falsified_assumption_is_named(
    sandbox: Sandbox,
    tmp_path: Path,
    falsified: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    prepare(sandbox)
    checks = by_assumption()[falsified]
    status, content = probe(organization_of(sandbox, falsified), tmp_path, "--only", *checks)
    assert status == EXIT_REFUTED
    assert [id_ for id_, verdict in verdicts(content).items() if verdict == REFUTED] == [falsified]
    assert f"refuted      {falsified}  ({checks[0]})" in capsys.readouterr().out


@pytest.mark.scenario("realistic")
def test_what_is_created_is_removed(
    sandbox: Sandbox, organization: Organization, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sandbox.snapshot()["quick_setup"]
    status, content = probe(organization, tmp_path, "--only", "create-for-unit", "--write")
    assert status == EXIT_AS_ASSUMED
    assert verdicts(content) == {"invalid-target-ou-passes": AS_ASSUMED}
    assert "create-for-unit creates a configuration manager " in capsys.readouterr().out
    assert sandbox.snapshot()["quick_setup"] == before


@pytest.mark.scenario("realistic")
def test_writing_to_aws_needs_the_account_and_a_unit(organization: Organization, tmp_path: Path) -> None:
    for arguments, message in (
        (["--write"], f"ACCOUNT={MANAGEMENT}"),
        (["--write", "--account", "222222222222"], f"ACCOUNT={MANAGEMENT}"),
    ):
        with pytest.raises(UsageError, match=message):
            probe(organization, tmp_path, *arguments, place="AWS")
    organization.target = ""
    with pytest.raises(UsageError, match="need TARGET"):
        probe(organization, tmp_path, "--write", "--account", MANAGEMENT, place="AWS")


class Refusing:
    """A client that refuses one operation."""

    def __init__(self, client: Any, operation: str, code: str, message: str) -> None:
        self._client, self._operation = client, operation
        self._error = ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

    def __getattr__(self, name: str) -> Any:
        if name == self._operation:
            raise self._error
        return getattr(self._client, name)


@pytest.mark.parametrize(
    ("operation", "code", "message", "check", "verdict", "expected"),
    [
        (
            "create_configuration_manager",
            "ValidationException",
            "Invalid target OU",
            "create-for-unit",
            REFUTED,
            EXIT_REFUTED,
        ),
        ("get_configuration_manager", "AccessDeniedException", "denied", "configuration-rows", FAILED, EXIT_ERROR),
    ],
)
@pytest.mark.scenario("realistic")
def test_what_aws_refuses(
    organization: Organization,
    tmp_path: Path,
    operation: str,
    code: str,
    message: str,
    check: str,
    verdict: str,
    expected: int,
) -> None:
    client = organization.client

    def refusing(service: str) -> Any:
        return Refusing(client(service), operation, code, message) if service == "ssm-quicksetup" else client(service)

    organization.client = refusing
    status, content = probe(organization, tmp_path, "--only", check, "--write")
    assert status == expected
    assert set(verdicts(content).values()) == {verdict}


def test_every_check_settles_assumptions_of_the_register() -> None:
    assert set(by_assumption()) <= set(load())
    assert [check.name for check in CHECKS if check.writes] == ["create-for-unit"]


def test_exit_status() -> None:
    as_assumed = Result("one", ("a",), [Observation("a", AS_ASSUMED, "")])
    refuted = Result("two", ("a", "b"), [Observation("a", REFUTED, ""), Observation("a", AS_ASSUMED, "")])
    failed = Result("three", ("c",), error="AccessDenied")
    assert refuted.verdicts() == {"a": REFUTED, "b": NO_EVIDENCE}
    assert failed.verdicts() == {"c": FAILED}
    assert exit_status([as_assumed]) == EXIT_AS_ASSUMED
    assert exit_status([as_assumed, failed]) == EXIT_ERROR
    assert exit_status([failed, refuted]) == EXIT_REFUTED


def test_account_ids_are_numbered() -> None:
    text = "arn:aws:iam::111111111111:role/x 222222222222 111111111111 1234567890123"
    assert mask(text) == "arn:aws:iam::000000000001:role/x 000000000002 000000000001 1234567890123"


@pytest.mark.parametrize("arguments", [[], ["--falsify", "list-configurations-rows"]])
def test_aws_that_cannot_be_asked(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "absent"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "absent"))
    assert main(arguments, environment={"AWS_PROFILE": "absent"}, output=tmp_path) == EXIT_ERROR
    assert capsys.readouterr().err.startswith(("The config profile (absent)", "Only the sandbox can be falsified"))


def test_checks_without_a_result_are_told() -> None:
    lines = list(result.describe([Result("one", ("a",), not_run="It writes.")]))
    assert lines == ["not run      a  (one)", "             It writes."]
