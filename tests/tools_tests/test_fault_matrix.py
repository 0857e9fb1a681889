"""The fault matrix: its cells in the journal, its table, and the rows that it derives."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from harness.recovery import REPLACED
from harness.workspace import REPOSITORY
from sandbox.server.calls import Call
from tools.faults.breaks import BREAKS, Break
from tools.faults.cells import Cell, Outcome
from tools.faults.command import summary
from tools.faults.ends import edit
from tools.faults.interruptions import EVENTS
from tools.faults.matrix import Baseline
from tools.faults.starts import (
    BEING_DELETED,
    DELETED,
    DIFFERENT,
    DRIFTED,
    SAME,
    STATE_LOST,
    Starts,
    drift_setting,
    make_setting,
    occurs,
)
from tools.faults.trial import EXAMPLES, subject_of, type_of

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox import Sandbox

_MANAGER = 'module.a["x.y"].module.b.aws_ssmquicksetup_configuration_manager.this'
_UNIT = "module.a[0].aws_organizations_organizational_unit.this[0]"
_POLICY = 'module.a.aws_iam_role_policy_attachment.execution["AWSPolicy"]'


def test_journal() -> None:
    outcome = Outcome(Cell("minimal", "apply", EVENTS[0], "iam:CreateRole One"), "refused", "adopt")
    assert Outcome.parse(json.loads(json.dumps(outcome.document()))) == outcome
    assert outcome.is_good
    assert not Outcome(outcome.cell, "doubled").is_good


@pytest.mark.parametrize(
    ("followed", "verdict"), [([], "converged"), ([REPLACED], "warned"), (["adopt", REPLACED, "adopt"], "refused")]
)
def test_verdict_of_what_was_followed(followed: list[str], verdict: str) -> None:
    outcome = Outcome.after(Cell("minimal", "start", "deleted by hand", "address"), followed)
    assert (outcome.verdict, outcome.detail) == (verdict, ", ".join(dict.fromkeys(followed)))
    assert outcome.is_good


def test_summary() -> None:
    cell = Cell("minimal", "apply", "denied", "iam:CreateRole One")
    lines = summary([Outcome(cell, "converged"), Outcome(cell, "never"), Outcome(cell, "never")]).splitlines()
    assert lines[1].split() == ["minimal", "apply", "denied", "1", "0", "0", "0", "2", "0", "0"]
    assert lines[2].split() == ["total", "1", "0", "0", "0", "2", "0", "0"]


@pytest.mark.parametrize("found", BREAKS, ids=lambda found: found.name)
def test_breaks_occur_in_the_code(found: Break, tmp_path: Path) -> None:
    file = tmp_path / found.path
    file.parent.mkdir(parents=True)
    text = (REPOSITORY / found.path).read_text()
    file.write_text(text)
    found.apply(tmp_path)
    assert file.read_text() != text
    file.write_text("")
    with pytest.raises(ValueError, match="has 0 times"):
        found.apply(tmp_path)


@pytest.mark.parametrize(
    ("resource", "subject"),
    [
        ("", "iam:CreateRole"),
        ("Role arn:aws:iam::aws:policy/One", "iam:CreateRole Role arn:aws:iam::aws:policy/One"),
        ("/settings/20261128T235626Z-8e4372", "iam:CreateRole /settings/*"),
        ("ou-sbox-n9lpog65", "iam:CreateRole ou-*"),
    ],
)
def test_subjects_are_the_same_in_every_run(resource: str, subject: str) -> None:
    call = Call(1, "iam", "CreateRole", "111111111111", "us-east-1", 200, None, resource)
    assert subject_of(call) == subject


@pytest.mark.parametrize(
    ("address", "type_"),
    [
        (_MANAGER, "aws_ssmquicksetup_configuration_manager"),
        (_UNIT, "aws_organizations_organizational_unit"),
        (_POLICY, "aws_iam_role_policy_attachment"),
        ("module.a.data.aws_region.current", ""),
    ],
)
def test_types(address: str, type_: str) -> None:
    assert type_of(address) == type_


@pytest.mark.parametrize(
    ("event", "address", "expected"),
    [
        (BEING_DELETED, _MANAGER, True),
        (BEING_DELETED, _UNIT, False),
        (DELETED, _UNIT, False),
        (SAME, _POLICY, False),
        (SAME, _UNIT, True),
    ],
)
def test_states_that_occur(event: str, address: str, *, expected: bool) -> None:
    assert occurs(event, address) is expected


def test_starts_that_are_tried_in_one_organization() -> None:
    addresses, settings = (
        [_MANAGER, f"{_MANAGER}[1]", _UNIT, _POLICY],
        {"trusted-access/one": "enabled", "trusted-access/two": "enabled"},
    )
    starts = Starts(Baseline("minimal", Mock(), Mock(), {}, {}, [], [], addresses, settings))
    batches = [[(cell.event, cell.subject) for cell in batch] for batch in starts.batches()]
    managers = addresses[:2]
    assert batches == [
        [*((STATE_LOST, row) for row in addresses), *((DRIFTED, row) for row in (*addresses, *settings))],
        [*((DELETED, row) for row in (*managers, _POLICY)), *((BEING_DELETED, row) for row in managers)],
        [*((SAME, row) for row in managers), *((DIFFERENT, row) for row in managers)],
        [(SAME, _UNIT)],
        [(SAME, row) for row in settings],
    ]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("resource-sharing/organization", "enabled"),
        ("document-public-sharing/us-east-1", "Disable"),
        ("automation-log-destination/ap-northeast-1", "CloudWatch"),
    ],
)
def test_settings_of_the_recommended_example(sandbox: Sandbox, setting: str, value: str) -> None:
    """What others make is there; drift is what was before."""
    trial = Mock(sandbox=sandbox)
    trial.client.side_effect = lambda service, region=None: sandbox.client(service, None, region)
    trial.recorded_settings.return_value = {setting: {"value": value}}
    before = sandbox.snapshot()
    make_setting(trial, setting, value)
    assert sandbox.snapshot() != before
    drift_setting(trial, setting)
    assert {**sandbox.snapshot(), "service_linked_roles": before["service_linked_roles"]} == before


def test_modules_that_refer_to_one_that_is_counted_away(tmp_path: Path) -> None:
    for file in (REPOSITORY / EXAMPLES["recommended"].path).glob("*.tf"):
        shutil.copy(file, tmp_path)
    trial = Mock(configuration=EXAMPLES["recommended"])
    trial.terraform.directory = tmp_path
    edit(trial, count=True)
    text = (tmp_path / "main.tf").read_text()
    assert text.count("count = 0\n  source") == text.count("\nmodule ") == 2
    assert "ready = module.systems_manager[0].delegated_administrator != null" in text
    shutil.copy(REPOSITORY / EXAMPLES["recommended"].path / "outputs.tf", tmp_path)
    edit(trial, count=False)
    assert "module " not in (tmp_path / "main.tf").read_text()
