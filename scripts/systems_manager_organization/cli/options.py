"""Options of a command and keys of its query: a JSON object of strings, validated before AWS is called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from systems_manager_organization.errors import QueryError

Query = Mapping[str, str]
"""Every option of the command with its value; an omitted one has its default, "" if it has none."""


@dataclass(frozen=True)
class Option:
    """One key of a query, also a flag (`account_id` is `--account-id`).

    Attributes:
        pattern: regular expression that the whole value matches.
        rule: the same, for people; completes "must be ...".
        cli_only: whether only a person gives it, as an argument; a query in JSON may not hold it.
        is_flag: whether it takes no value; its value is then "true".
        several: whether it takes several values, or is repeated; its value has them with commas between.
        positional: whether a person gives it without a flag.
    """

    name: str
    description: str
    pattern: str
    rule: str
    required: bool = False
    default: str = ""
    cli_only: bool = False
    is_flag: bool = False
    several: bool = False
    positional: bool = False

    @property
    def option_string(self) -> str:
        return self.name.upper() if self.positional else "--" + self.name.replace("_", "-")

    def check(self, value: str) -> None:
        """Raises QueryError unless `value` obeys the rule."""
        if not re.fullmatch(self.pattern, value):
            raise QueryError(f"{self.name} is {_quoted(value)}, but must be {self.rule}.")


ACCOUNT_ID_PATTERN = "[0-9]{12}"
_ACCOUNT_ID_RULE = 'an account id: 12 digits, for example "111111111111"'


def account_id_key(name: str, description: str, *, required: bool = False) -> Option:
    return Option(name, description, ACCOUNT_ID_PATTERN, _ACCOUNT_ID_RULE, required)


def flag(name: str, description: str) -> Option:
    """A flag for people that takes no value."""
    return Option(name, description, "true", "given without a value", cli_only=True, is_flag=True)


def text_option(name: str, description: str, rule: str) -> Option:
    """An option for people with one line of text, such as a file name."""
    return Option(name, description, r"[^\x00-\x1f\x7f]{1,1024}", rule, cli_only=True)


ROLE_ARN_RULE = 'the ARN of an IAM role, for example "arn:aws:iam::111111111111:role/Administrator"'
ROLE_ARN_PATTERN = r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]{1,576}"

REGION_PATTERN = "[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}"

COMMON_KEYS = (
    account_id_key(
        "account_id",
        "the expected account; the program stops when the credentials belong to another",
        required=True,
    ),
    Option(
        "region",
        "the Region, that of the AWS provider",
        REGION_PATTERN,
        'the name of a Region, for example "us-east-1"',
        required=True,
    ),
    Option(
        "profile",
        "profile of the AWS configuration files",
        "[^\x00-\x1f\x7f]{1,256}",
        "one line of at most 256 characters",
    ),
    Option(
        "role_arn",
        "role to assume, with the profile's or the environment's credentials",
        ROLE_ARN_PATTERN,
        ROLE_ARN_RULE,
    ),
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    Option(
        "external_id",
        "external id that the role's trust policy requires",
        r"[A-Za-z0-9_+=,.@:/-]{2,1224}",
        "2 to 1224 letters, digits and characters of _+=,.@:/-",
    ),
    Option(
        "session_name",
        "name of the role's session, as CloudTrail shows it",
        r"[A-Za-z0-9_+=,.@-]{2,64}",
        "2 to 64 letters, digits and characters of _+=,.@-",
    ),
)

# On the command line account and Region are optional.
_OPTIONAL_REGION = "the Region; default: as for the AWS provider"
OPTIONAL_COMMON_KEYS = tuple(
    replace(key, required=False, description=_OPTIONAL_REGION if key.name == "region" else key.description)
    for key in COMMON_KEYS
)


def parse(text: str, keys: Iterable[Option]) -> Query:
    """The query in `text`. Raises QueryError."""
    known = tuple(keys)
    try:
        values = json.loads(text)
    except ValueError as error:
        raise QueryError(f"The query is not JSON ({error}): {_quoted(text)}.") from error
    except RecursionError as error:
        raise QueryError("The query is nested too deeply: it must be a JSON object of strings.") from error
    if not isinstance(values, dict):
        raise QueryError(f"The query is {_quoted(values)}, but must be a JSON object of strings.")
    cli_only = {option.name: option.default for option in known if option.cli_only}
    return {**validated(values, [key for key in known if not key.cli_only]), **cli_only}


def validated(values: Mapping[str, object], keys: Iterable[Option]) -> Query:
    """`values` with every key of `keys`, defaults filled in; null and "" mean that a key is absent.

    Raises QueryError.
    """
    known = {key.name: key for key in keys}
    for name in values:
        if name not in known:
            raise QueryError(f"{_quoted(name)} is not a key of this query. The keys are {', '.join(known)}.")
    return {name: _value(key, values.get(name)) for name, key in known.items()}


def _value(key: Option, value: object) -> str:
    if value is None or value == "":
        if key.required:
            raise QueryError(f"{key.name} is missing: it must be {key.rule}.")
        return key.default
    if not isinstance(value, str):
        raise QueryError(f"{key.name} is {_quoted(value)}, but every value must be a string.")
    key.check(value)
    return value


def _quoted(value: object) -> str:
    """`value` as JSON, which keeps control characters off the terminal, and short."""
    text = json.dumps(value)
    return text if len(text) <= 120 else text[:100] + "..." + text[-10:]
