"""The rules of inputs of the modules of the administrator account, as in validation_rules.py."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from terraform.contract import service_rules as services
from terraform.contract.shared_rules import BUCKETS_NEARLY, boundaries, rates, role_paths
from terraform.contract.validation_rule import DIGITS, LETTERS, LOWER, ROLE_SIGNS, Rule

_CALENDAR = "BEGIN:VCALENDAR\nVERSION:2.0\nX-CALENDAR-TYPE:DEFAULT_OPEN\nEND:VCALENDAR\n"
if TYPE_CHECKING:
    from collections.abc import Callable

_SETTINGS, _AUTOMATION = "modules/account-settings", "modules/automation-across-accounts"
_ACCESS, _PREFERENCES = "modules/just-in-time-node-access", "modules/session-manager-preferences"
_SCHEDULE = "modules/compliance-schedule"
_UNITS = ("ou-ab12-34cd56ef", f"ou-{'a' * 32}-{'b' * 32}")
_UNITS_NEARLY = ("ou-aB12-34cd56ef", "ou-ab1-34cd56ef", "r-ab12")
_KEYS = (
    "arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    f"arn:aws-cn:kms:cn-north-1:222222222222:key/mrk-{'a' * 32}",
)
_KEYS_NEARLY = (
    "arn:aws:kms:us-east-1:222222222222:alias/sessions",
    "arn:aws:kms:us-east-1:222222222222:key/",
    "arn:aws:s3:us-east-1:222222222222:key/a",
    "arn:other:kms:us-east-1:222222222222:key/a",
)
_GROUPS = ("1234abcd-12ab-34cd-56ef-1234567890ab", "0123456789-1234abcd-12AB-34cd-56ef-1234567890ab")
_KEY_SIGNS = LOWER + DIGITS + ":/-_. "
_ONE_REGION = {"var.regions": 'toset(["us-east-1"])'}


def _units(module: str) -> Rule:
    return Rule(
        "organizational_unit_ids",
        _UNITS,
        partial(services.model, "organizations", "OrganizationalUnitId"),
        module,
        near=_UNITS_NEARLY,
        signs=LOWER + DIGITS + "-",
        wrap=lambda value: [value],
    )


def _stack_set_name(module: str, maximum: int) -> Rule:
    return Rule(
        "name",
        ("systems-manager-settings", "a", "A" * maximum),
        services.stack_set_name,
        module,
        signs=LETTERS + "-",
        maximum=maximum,
        near=("1a", "-a", "a_b"),
        others={},
    )


def _log_group(module: str, variable: str, wrap: Callable[[Any], Any]) -> Rule:
    return Rule(
        variable,
        ("/aws/ssm/sessions", "a", "a.b_c/d#e-f", "a" * 512),
        partial(services.model, "logs", "LogGroupName"),
        module,
        signs=LETTERS + "._-/#",
        maximum=512,
        wrap=wrap,
    )


def _role_name(variable: str) -> Rule:
    return Rule(
        variable,
        ("AWS-SystemsManager-AutomationExecutionRole", "a" * 64),
        partial(services.model, "iam", "roleNameType"),
        _AUTOMATION,
        signs=ROLE_SIGNS,
    )


def _approver(kind: str) -> Any:
    return lambda value: {
        "policy": {
            "description": "",
            "node_tag": {"key": "Access", "values": ["approved"]},
            "access_hours": 1,
            "levels": [
                {"approvers": [{"type": kind, "id": value}], "required_approvals": 1, "message": "Please review."}
            ],
        }
    }


STACK_SET_RULES = {
    "name of account settings": _stack_set_name(_SETTINGS, 128),
    "units of account settings": _units(_SETTINGS),
    "log group of Automation": _log_group(_SETTINGS, "automation_logging", lambda value: {"log_group_name": value}),
    "name of automation roles": _stack_set_name(_AUTOMATION, 128),
    "units of automations": _units(_AUTOMATION),
    "excluded accounts": Rule(
        "excluded_account_ids",
        ("222222222222", "000000000001"),
        partial(services.model, "organizations", "AccountId"),
        _AUTOMATION,
        near=("22222222222a",),
        signs=DIGITS,
        maximum=12,
        wrap=lambda value: [value],
    ),
    "max_concurrency": rates(_AUTOMATION, "max_concurrency", "MaxConcurrency", ("1", "10%", "100%", "1000000")),
    "max_errors": rates(_AUTOMATION, "max_errors", "MaxErrors", ("0", "0%", "100%", "1000000")),
    "execution policies": Rule(
        "execution_policy_arns",
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws-cn:iam::aws:policy/service-role/AmazonSSMAutomationRole"),
        services.managed_policy,
        _AUTOMATION,
        near=("arn:aws:iam::222222222222:policy/Own", "arn:aws:iam::aws:policy/", "arn:aws:iam::aws:role/a"),
        signs="arn:aws:iam::aws:policy/",
        wrap=lambda value: [value],
    ),
    "administration_role_name": _role_name("administration_role_name"),
    "execution_role_name": _role_name("execution_role_name"),
    "path of the schedule's roles": role_paths(_SCHEDULE),
    "boundary of the schedule's roles": boundaries(_SCHEDULE),
    "key of the schedule": Rule(
        "kms_key_arn", _KEYS, services.key_arn, _SCHEDULE, near=_KEYS_NEARLY, signs=_KEY_SIGNS, maximum=80
    ),
    "path of automation roles": role_paths(_AUTOMATION),
    "boundary of automation roles": boundaries(_AUTOMATION),
    "name of the change calendar": Rule(
        "change_calendar",
        ("end-of-year", "abc", "A" * 128),
        services.document_name,
        _AUTOMATION,
        near=("aws-calendar", "amazon-calendar", "amzncalendar", "SSM-calendar", "ab"),
        signs=LETTERS + "_.-",
        maximum=128,
        wrap=lambda value: {"content": _CALENDAR, "name": value},
    ),
    "key of events": Rule(
        "events",
        _KEYS,
        services.key_arn,
        _ACCESS,
        near=_KEYS_NEARLY,
        signs=_KEY_SIGNS,
        maximum=80,
        wrap=lambda value: {"kms_key_arn": value},
    ),
    "name of just-in-time node access": _stack_set_name(_ACCESS, 100),
    "name of an approval policy": Rule(
        "manual_approval",
        ("database-access", "abc", "A" * 128),
        services.document_name,
        _ACCESS,
        near=("aws-access", "amazon-access", "amznaccess", "SSM-access", "ab"),
        signs=LETTERS + "_.-",
        maximum=128,
        wrap=lambda value: {value: _approver("SSOGroup")(_GROUPS[0])["policy"]},
        others={"var.identity_provider": "null"},
    ),
    "role of an approver": Rule(
        "manual_approval",
        ("arn:aws:iam::222222222222:role/Approver", "arn:aws-cn:iam::222222222222:role/path/Approver"),
        services.role_arn,
        _ACCESS,
        near=("arn:aws:iam::222222222222:role/", "arn:aws:iam::222222222222:user/one", "arn:aws:iam::aws:role/a"),
        signs="arn:aws:iam::222222222222:role/",
        wrap=_approver("IAMRole"),
        others={"var.identity_provider": "null"},
    ),
    "group of an approver": Rule(
        "manual_approval",
        _GROUPS,
        partial(services.model, "identitystore", "ResourceId"),
        _ACCESS,
        near=("1234abcd-12ab-34cd-56ef-1234567890abc", "123456789-1234abcd-12ab-34cd-56ef-1234567890ab"),
        signs="0123abcdefABCDEF-",
        wrap=_approver("SSOGroup"),
        others={"var.identity_provider": "null"},
    ),
    "bucket of recordings": Rule(
        "rdp_recording",
        ("recordings", "a-b-c", "a" * 63),
        services.bucket,
        _ACCESS,
        signs=LOWER + DIGITS + "..--",
        near=BUCKETS_NEARLY,
        wrap=lambda value: {"bucket_name": value, "kms_key_arn": None, "force_destroy": False},
        others=_ONE_REGION,
    ),
    "key of recordings": Rule(
        "rdp_recording",
        _KEYS,
        services.key_arn,
        _ACCESS,
        near=_KEYS_NEARLY,
        signs=_KEY_SIGNS,
        maximum=80,
        wrap=lambda value: {"bucket_name": None, "kms_key_arn": value, "force_destroy": False},
        others=_ONE_REGION,
    ),
    "units of session preferences": _units(_PREFERENCES),
    "log group of sessions": _log_group(
        _PREFERENCES,
        "log_group",
        lambda value: {"name": value, "streaming_enabled": True, "retention_days": 365},
    ),
    "key of the session bucket": Rule(
        "bucket",
        _KEYS,
        services.key_arn,
        _PREFERENCES,
        near=_KEYS_NEARLY,
        signs=_KEY_SIGNS,
        maximum=80,
        wrap=lambda value: {
            "name": None,
            "prefix": "sessions",
            "kms_key_arn": value,
            "retention_days": None,
            "object_lock": None,
            "access_log_bucket_name": None,
            "force_destroy": False,
        },
    ),
    "roles of nodes": Rule(
        "node_role_names",
        ("nodes", "a" * 64),
        partial(services.model, "iam", "roleNameType"),
        _PREFERENCES,
        signs=ROLE_SIGNS,
        wrap=lambda value: [value],
    ),
    "name of session preferences": Rule(
        "name",
        ("sessions", "abc", "a" * 32),
        lambda name: (
            services.document_name(f"{name}-01234567")
            and services.model("ssm", "AssociationName", name)
            and services.bucket(f"{name}-222222222222-ap-northeast-1")
        ),
        _PREFERENCES,
        signs=LOWER + DIGITS + "-",
        maximum=32,
        near=("aws-sessions", "amazon", "amzn-a", "sthree-a", "xn--a", "A", "ab"),
        others={},
    ),
    "key of the unified console": Rule(
        "kms_key_arn",
        _KEYS,
        services.key_arn,
        "modules/unified-console",
        near=_KEYS_NEARLY,
        signs=_KEY_SIGNS,
        maximum=80,
    ),
}
