from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from systems_manager_organization.cli.options import parse
from systems_manager_organization.errors import QueryError
from systems_manager_organization.installation.observation import COMMAND

if TYPE_CHECKING:
    from systems_manager_organization.cli.options import Query
    from unit.conftest import Run

KEYS = {key.name: key for key in COMMAND.options}
VALID = {
    "account_id": "111111111111",
    "region": "us-east-1",
    "profile": "Müller's",
    "role_arn": "arn:aws-us-gov:iam::111111111111:role/path/Administrator",
    "external_id": "o:1/2",
    "session_name": "operator@example.com",
    "installation": "20261128T101248Z-a1b2c3",
    "record_region": "us-east-1",
    "settings": "[]",
    "resources": "{}",
    "configurations": "[]",
    "member_role_name": "OrganizationAccountAccessRole",
    "member_accounts": "changes",
    "administrator_account_id": "222222222222",
    "organizational_unit_id": "ou-ab12-34cd56ef",
    "severities": "{}",
}

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
queries = st.dictionaries(st.sampled_from(list(KEYS)), json_values | st.sampled_from(list(VALID.values()))) | st.just(
    VALID
)


def parsed(text: str) -> tuple[Query | None, str]:
    try:
        return parse(text, COMMAND.options), ""
    except QueryError as error:
        return None, str(error)


@settings(deadline=None)
@given(st.text() | json_values.map(json.dumps) | queries.map(json.dumps))
def test_any_text_is_a_valid_query_or_one_printable_error(text: str) -> None:
    query, refusal = parsed(text)
    if query is None:
        assert refusal.isprintable()
        assert len(refusal) < 600
        return
    given = {name: value for name, value in json.loads(text).items() if value}
    assert query == {name: given.get(name, key.default) for name, key in KEYS.items()}
    for name, key in KEYS.items():
        assert not query[name] or re.fullmatch(key.pattern, query[name])
        assert query[name] or not key.required


@settings(deadline=None)
@given(
    st.fixed_dictionaries({}, optional={name: st.from_regex(key.pattern, fullmatch=True) for name, key in KEYS.items()})
)
def test_valid_values_are_unchanged(values: dict[str, str]) -> None:
    query = {**VALID, **values}
    assert parse(json.dumps(query), COMMAND.options) == query


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"account_id": "11111111111"}, ['account_id is "11111111111"', "12 digits"]),
        ({"account_id": "administrator@example.com"}, ['account_id is "administrator@example.com"', "12 digits"]),
        ({"account_id": "\N{ARABIC-INDIC DIGIT ONE}" * 12}, ["account_id is", "12 digits"]),
        ({"account_id": "111111111111\n"}, ['account_id is "111111111111\\n"', "12 digits"]),
        ({"account_id": 111111111111}, ["account_id is 111111111111", "must be a string"]),
        ({"account_id": ""}, ["account_id is missing", "12 digits"]),
        ({"region": "us-east"}, ['region is "us-east"', '"us-east-1"']),
        ({"region": None}, ["region is missing", '"us-east-1"']),
        ({"profile": "a\x1b[2Jb"}, ['profile is "a\\u001b[2Jb"', "one line"]),
        (
            {"role_arn": "Administrator"},
            ['role_arn is "Administrator"', "arn:aws:iam::111111111111:role/Administrator"],
        ),
        ({"role_arn": "arn:aws:iam::111111111111:user/me"}, ["role_arn is", "ARN of an IAM role"]),
        ({"administrator_account_id": ["2"]}, ['administrator_account_id is ["2"]', "must be a string"]),
        ({"organizational_unit_id": "r-ab12"}, ['organizational_unit_id is "r-ab12"', "ou-ab12-34cd56ef"]),
        ({"organizational_unit_id": "ou-ab12-34CD56EF"}, ["organizational_unit_id is", "ou-ab12-34cd56ef"]),
        ({"installation": "a/b"}, ['installation is "a/b"', "1 to 64 letters"]),
        ({"member_accounts": "yes"}, ['member_accounts is "yes"', '"always", "changes" or "never"']),
        ({"settings": "[{}]"}, ["settings must be a JSON list of objects"]),
        ({"settings": "[1,"}, ["settings is", "a JSON list of objects"]),
        ({"settings": '[{"key": "time-travel/x"}]'}, ["the kinds are trusted-access, stack-sets-access"]),
        ({"resources": '{"roles": []}'}, ["resources must be a JSON object with the lists role_names"]),
        ({"resources": '{"role_names": 1}'}, ["resources is not a JSON object with the lists role_names"]),
        ({"organisational_unit_id": "x"}, ['"organisational_unit_id" is not a key', "organizational_unit_id"]),
        ({"profile": "x" * 5000}, ["profile is", "256 characters"]),
    ],
)
def test_an_invalid_value_is_an_error_with_key_value_and_rule(
    run: Run, changes: dict[str, Any], expected: list[str]
) -> None:
    outcome = run("observe", "organization", query={**VALID, **changes})
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("observe.py organization: ")
    assert outcome.stderr.count("\n") == 1
    assert len(outcome.stderr) < 700
    for fragment in expected:
        assert fragment in outcome.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "NaN", '{"account_id": ', "[" * 100_000])
def test_a_query_must_be_a_json_object(run: Run, text: str) -> None:
    outcome = run("ensure", "settings", text)
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr.startswith("ensure.py settings: The query is ")
    assert outcome.stderr.count("\n") == 1
