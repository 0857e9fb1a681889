"""What every verb of ensure.py has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scripts.cases import (
    ACCOUNT_PLACEMENT,
    CASES,
    QUICK_SETUP_SETTINGS,
    RESTORABLE,
    SERVICE_LINKED_ROLE,
    STACK_SETS_ACCESS,
    TRUSTED_ACCESS,
    fault,
    resolved,
    root_id,
)
from systems_manager_organization.connection import boto3_session

if TYPE_CHECKING:
    from collections.abc import Callable

    from boto3.session import Session

    from sandbox import Sandbox
    from scripts.cases import Case
    from scripts.conftest import Run

IDENTITY = "sts:GetCallerIdentity"

by_verb = pytest.mark.parametrize("case", CASES, ids=lambda case: case.verb)
by_restorable_verb = pytest.mark.parametrize("case", RESTORABLE, ids=lambda case: case.verb)


@by_verb
def test_does_it_once_and_says_so(aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case) -> None:
    query = case.prepare(aws)
    before, wanted = resolved(aws, case.before), resolved(aws, case.wanted)
    assert case.read(aws) == before

    first = run("ensure", case.verb, query=query)
    assert (first.status, first.stderr) == (0, "")
    assert first.stdout.endswith(f": {wanted} (was {before}).\n")
    assert asked() == [IDENTITY, case.describe, case.act, case.describe]
    assert case.read(aws) == wanted
    assert first.pauses == []

    second = run("ensure", case.verb, query=query)
    assert (second.status, second.stderr) == (0, "")
    assert second.stdout.endswith(f": already {wanted}.\n")
    assert asked() == [IDENTITY, case.describe]


@by_restorable_verb
def test_restores_what_it_changed_and_only_once(
    aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case
) -> None:
    query = case.prepare(aws)
    before, wanted = resolved(aws, case.before), resolved(aws, case.wanted)
    run("ensure", case.verb, query=query)
    asked()
    restore = {**query, "action": "restore", "on_destroy": "restore", "before": before}

    first = run("ensure", case.verb, query=restore)
    assert (first.status, first.stderr) == (0, "")
    assert first.stdout.endswith(f": {before} again (was {wanted}).\n")
    assert asked() == [IDENTITY, case.describe, case.undo, case.describe]
    assert case.read(aws) == before

    second = run("ensure", case.verb, query=restore)
    assert second.status == 0
    assert f"left alone, because it is {before} and no longer {wanted}" in second.stdout
    assert asked() == [IDENTITY, case.describe]


@by_verb
@pytest.mark.parametrize("words", [{"on_destroy": "retain"}, {}], ids=["retain", "unsaid"])
def test_retains_without_asking_aws(
    aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case, words: dict[str, str]
) -> None:
    query = case.prepare(aws)
    outcome = run(
        "ensure", case.verb, query={**query, **words, "action": "restore", "before": resolved(aws, case.before)}
    )
    assert (outcome.status, outcome.stderr) == (0, "")
    assert "left alone, because " in outcome.stdout
    assert asked() == []


@by_restorable_verb
def test_leaves_alone_what_was_so_before(aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case) -> None:
    wanted = resolved(aws, case.wanted)
    query = {**case.prepare(aws), "action": "restore", "on_destroy": "restore", "before": wanted}
    outcome = run("ensure", case.verb, query=query)
    assert outcome.status == 0
    assert f"left alone, because it was {wanted} before" in outcome.stdout
    assert asked() == []


@pytest.mark.parametrize("case", [TRUSTED_ACCESS, STACK_SETS_ACCESS, ACCOUNT_PLACEMENT], ids=lambda case: case.verb)
def test_leaves_alone_what_it_does_not_know_the_past_of(
    aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case
) -> None:
    query = {**case.prepare(aws), "action": "restore", "on_destroy": "restore", "before": ""}
    outcome = run("ensure", case.verb, query=query)
    assert outcome.status == 0
    assert "left alone, because what was there before is not known" in outcome.stdout
    assert asked() == []


@by_restorable_verb
def test_leaves_alone_what_somebody_changed_since(
    aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case
) -> None:
    query = case.prepare(aws)
    run("ensure", case.verb, query=query)
    case.set_to(aws, resolved(aws, case.other))
    asked()
    before = resolved(aws, case.before)
    restore = {**query, "action": "restore", "on_destroy": "restore", "before": before}
    outcome = run("ensure", case.verb, query=restore)
    assert outcome.status == 0
    assert "left alone, because it is " in outcome.stdout
    assert asked() == [IDENTITY, case.describe]
    assert case.read(aws) == resolved(aws, case.other)


@by_verb
@pytest.mark.parametrize("kind", ["throttle", "server_error", "dropped"])
def test_survives_what_passes(aws: Sandbox, run: Run, case: Case, kind: str) -> None:
    query = case.prepare(aws)
    for call in (IDENTITY, case.describe, case.act):
        aws.faults.inject(fault(call, kind=kind, times=2))
    outcome = run("ensure", case.verb, query=query)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert case.read(aws) == resolved(aws, case.wanted)


@pytest.mark.parametrize("case", [TRUSTED_ACCESS, ACCOUNT_PLACEMENT, QUICK_SETUP_SETTINGS], ids=lambda case: case.verb)
def test_waits_out_a_conflict(aws: Sandbox, run: Run, case: Case) -> None:
    query = case.prepare(aws)
    aws.faults.inject(fault(case.act, kind="conflict", times=3))
    outcome = run("ensure", case.verb, query=query)
    assert outcome.status == 0
    assert outcome.stderr == (
        f"ensure.py {case.verb}: {case.act} conflicts with another change: asking again for up to three minutes.\n"
    )
    assert [1 >= pause / longest >= 0.5 for pause, longest in zip(outcome.pauses, (1, 2, 4), strict=True)] == [True] * 3
    assert case.read(aws) == resolved(aws, case.wanted)


@pytest.mark.parametrize("case", [TRUSTED_ACCESS, ACCOUNT_PLACEMENT, QUICK_SETUP_SETTINGS], ids=lambda case: case.verb)
def test_gives_up_on_a_conflict_that_stays(aws: Sandbox, run: Run, asked: Callable[[], list[str]], case: Case) -> None:
    query = case.prepare(aws)
    aws.faults.inject(fault(case.act, kind="conflict", times=1000))
    outcome = run("ensure", case.verb, query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert "Exception: " in outcome.stderr
    assert "run this again when" in outcome.stderr
    assert asked().count(case.act) == 10
    assert 60 < sum(outcome.pauses) <= 180


@by_verb
def test_a_refusal_says_what_for_whom_and_what_to_do(aws: Sandbox, run: Run, case: Case) -> None:
    query = case.prepare(aws)
    aws.faults.inject(fault(case.act, kind="access_denied", times=1000))
    outcome = run("ensure", case.verb, query=query)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.count("\n") == 1
    assert f"{case.act} failed for account 111111111111 in Region us-east-1: AccessDenied" in outcome.stderr
    assert f"Allow {case.act} to the script's credentials" in outcome.stderr


@by_verb
def test_takes_somebody_elses_doing_for_its_own(aws: Sandbox, run: Run, case: Case) -> None:
    """As after an answer that got lost: the thing is done when it is asked for, and AWS refuses to do it twice."""
    query = case.prepare(aws)
    service, operation = case.act.split(":")

    def session(**options: str | None) -> Session:
        made = boto3_session(**options)
        made.events.register(f"before-call.{service}.{operation}", lambda **_event: already(aws, case))
        return made

    outcome = run("ensure", case.verb, query=query, session_factory=session)
    assert (outcome.status, outcome.stderr) == (0, "")
    assert case.read(aws) == resolved(aws, case.wanted)


def already(aws: Sandbox, case: Case) -> None:
    if case is SERVICE_LINKED_ROLE:
        aws.client("iam").create_service_linked_role(AWSServiceName="ssm.amazonaws.com")
    elif case.read(aws) != resolved(aws, case.wanted):
        case.set_to(aws, resolved(aws, case.wanted))


def blind_for(times: int, organizations_answer: str) -> Callable[..., Session]:
    """Sessions to whom Organizations shows the first answer again, so many times."""
    seen: list[dict[str, Any]] = []

    def repeat(parsed: dict[str, Any], **_event: object) -> None:
        seen.append(dict(parsed))
        if 1 < len(seen) <= times + 1:
            parsed.clear()
            parsed.update(seen[0])

    def session(**options: str | None) -> Session:
        made = boto3_session(**options)
        made.events.register(f"after-call.organizations.{organizations_answer}", repeat)
        return made

    return session


def test_waits_until_aws_shows_what_it_accepted(aws: Sandbox, run: Run) -> None:
    query = ACCOUNT_PLACEMENT.prepare(aws)
    outcome = run("ensure", "account-placement", query=query, session_factory=blind_for(2, "ListParents"))
    assert (outcome.status, outcome.stderr) == (0, "")
    assert outcome.pauses == [1, 2]


def test_says_so_when_aws_never_shows_what_it_accepted(aws: Sandbox, run: Run) -> None:
    query = ACCOUNT_PLACEMENT.prepare(aws)
    outcome = run("ensure", "account-placement", query=query, session_factory=blind_for(1000, "ListParents"))
    assert (outcome.status, outcome.stdout) == (1, "")
    assert f"AWS accepted the change to {query['organizational_unit_id']} for account 111111111111" in outcome.stderr
    assert f"still shows {root_id(aws)}. Run this again." in outcome.stderr
    assert sum(outcome.pauses) == 60
