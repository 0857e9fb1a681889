"""What the services accept: botocore's models, and the rules that a page has and the model has not."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Any

import botocore.session

from sandbox.protocol.validation import constraint_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SESSION = botocore.session.get_session()


def _shape(service: str, name: str) -> Any:
    return _SESSION.get_service_model(service).shape_for(name)


def model(service: str, shape: str, value: Any) -> bool:
    """Whether botocore's model of the service accepts a value."""
    return not constraint_problems(_shape(service, shape), value)


def member(service: str, shape: str, member: str, value: Any) -> bool:
    return not constraint_problems(_shape(service, shape).members[member], value)


# Rules that a page has and the model has not.


def bucket(name: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        pass
    else:
        return False
    return (
        3 <= len(name) <= 63
        and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
        and name[0] not in ".-"
        and name[-1] not in ".-"
        and ".." not in name
        and not name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        and not name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"))
    )


def email(address: str) -> bool:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html"""
    local, _, domain = address.partition("@")
    return (
        model("organizations", "Email", address)
        and address.isascii()
        and address.count("@") == 1
        and not set(local) & set(" \t\n\r\x00\x7f\"'()<>[]:;,\\|%&")
        and not local.startswith(".")
        and bool(domain)
        and all(sign.isascii() and (sign.isalnum() or sign in "-.") for sign in domain)
        and domain[0] not in "-."
        and domain[-1] not in "-."
        and "." in domain
    )


def accept_tags(tags: Mapping[str, str], *accepts: Callable[[Mapping[str, str]], bool], own: int = 1) -> bool:
    """https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html, and the models of the services."""
    reserved = any(text.lower().startswith("aws:") for tag in tags.items() for text in tag)
    return not reserved and len(tags) + own <= 50 and all(accept(tags) for accept in accepts)


def quick_setup_tags(tags: Mapping[str, str]) -> bool:
    return model("ssm-quicksetup", "TagsMap", dict(tags))


def iam_tags(tags: Mapping[str, str]) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html: keys that differ in case alone are one key."""
    one_each = len({key.lower() for key in tags}) == len(tags)
    return one_each and model("iam", "tagListType", [{"Key": key, "Value": value} for key, value in tags.items()])


def build_tags(tags: Mapping[str, str]) -> bool:
    return model("codebuild", "TagList", [{"key": key, "value": value} for key, value in tags.items()])


def organizations_tags(tags: Mapping[str, str]) -> bool:
    return model("organizations", "Tags", [{"Key": key, "Value": value} for key, value in tags.items()])


def stack_tags(tags: Mapping[str, str]) -> bool:
    return model("cloudformation", "Tags", [{"Key": key, "Value": value} for key, value in tags.items()])


def association_schedule(expression: str) -> bool:
    """https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html"""
    if not (model("ssm", "ScheduleExpression", expression) and re.fullmatch(r"cron\([^\n]*\)", expression)):
        return False
    fields = expression[5:-1].split(" ")
    if len(fields) != 6:
        return False
    minute, hour, day, month, weekday, year = fields
    days = {str(number) for number in range(1, 8)} | {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
    hourly = hour == "*" or hour in {f"0/{step}" for step in (1, 2, 4, 8, 12)}
    return (
        (minute == "0/30" or _number(minute, 0, 59))
        and (hourly or _number(hour, 0, 23))
        and month == "*"
        and year == "*"
        and (day == "?") != (weekday == "?")
        and (day in ("?", "*", "L") or _number(day, 1, 31))
        and (weekday in ("?", "*") or all(_weekday(part, days) for part in weekday.split(",")))
    )


def _weekday(part: str, days: set[str]) -> bool:
    day, sign, number = part.partition("#")
    if sign:
        return day in days and _number(number, 1, 5)
    return all(side == "L" or side.removesuffix("L") in days for side in part.split("-"))


def _number(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2 and low <= int(text) <= high


def boundary(arn: str) -> bool:
    return model("iam", "arnType", arn) and bool(
        re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}|aws):policy/[\x21-\x7e]+", arn, re.ASCII)
    )


def description(text: str) -> bool:
    """A model's patterns are Java's, whose . is no end of a line.

    https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
    """
    is_one_line = not set(text) & set("\n\r\u0085\u2028\u2029")
    return is_one_line and member("ssm-quicksetup", "CreateConfigurationManagerInput", "Description", text)


def role_names(prefix: str) -> bool:
    names = (f"{prefix}{name}" for name in ("Administration", "Execution", "DefaultHostManagement"))
    return all(model("iam", "roleNameType", name) for name in names)


def compliance_name(name: str) -> bool:
    return (
        bucket(f"{name}-222222222222-ap-northeast-1")
        and model("athena", "WorkGroupName", name)
        and model("kms", "AliasNameType", f"alias/{name}")
        and bool(re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name))
    )


def report_prefix(prefix: str) -> bool:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html

    It is also part of a resource in the bucket's policy, where *, ? and $ have a meaning of their own:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    parts = prefix.split("/")
    depth = [1 - 2 * (part == "..") for part in parts]
    return (
        model("ssm", "ResourceDataSyncS3Prefix", prefix)
        and all(parts)
        and all(sign.isascii() and (sign.isalnum() or sign in "!-_.'()/") for sign in prefix)
        and all(sum(depth[: end + 1]) >= 0 for end in range(len(depth)))
    )


def unit(identifier: str) -> bool:
    return model("organizations", "OrganizationalUnitId", identifier) or model("organizations", "RootId", identifier)


def stack_set_name(name: str) -> bool:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html"""
    return bool(re.fullmatch("[a-zA-Z][a-zA-Z0-9-]{0,127}", name, re.ASCII))


def document_name(name: str) -> bool:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html"""
    return model("ssm", "DocumentName", name) and not name.startswith(("aws", "amazon", "amzn", "SSM-"))


def managed_policy(arn: str) -> bool:
    return boundary(arn) and ":iam::aws:" in arn


def role_arn(arn: str) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html"""
    return model("iam", "arnType", arn) and bool(
        re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:role/[\x21-\x7e]+", arn, re.ASCII)
    )


def key_arn(arn: str) -> bool:
    """https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN"""
    return model("kms", "KeyIdType", arn) and bool(
        re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+", arn, re.ASCII)
    )
