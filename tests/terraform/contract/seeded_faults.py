"""Faults that loosen the validations of inputs, by rule: the inputs of the rule have to find each.

The first of a rule is found by few inputs: tests try it alone.
"""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """What it does in words, a text of the conditions or of their files, and what replaces it there."""

    words: str
    text: str
    replacement: str


_TAG_LENGTHS = (
    Fault("a key of 129 characters", "127 : 128", "127 : 129"),
    Fault("a value of 257 characters", "255 : 256", "255 : 257"),
)
_RESERVED_TAGS = (
    Fault('a key that begins with "aws:"', 'startswith(lower(key), "aws:") || ', ""),
    Fault('a value that begins with "aws:"', ' || startswith(lower(value == null ? "" : value), "aws:")', ""),
    Fault('a key that begins with "AWS:"', "startswith(lower(key)", "startswith((key)"),
)
_ONE_TAG_MORE = (Fault("no place for the module's own tag", "limit = 49", "limit = 50"),)
_CASE_OF_TAGS = (Fault("keys that differ in case alone", "< length(tags) ~}", "< 0 ~}"),)
_EVERY_SIGN = r"\\p{L}\\p{Z}\\p{N}\\p{P}\\p{S}"
_SIGNS_OF_TAGS = (Fault("every sign", r"\\p{L}\\p{Z}\\p{N}_.:/=+@-", _EVERY_SIGN),)

_UNIT_IDS = (
    Fault("anything after it", '$"', '"'),
    Fault("7 digits after the second hyphen", "-[0-9a-z]{8,32}", "-[0-9a-z]{7,32}"),
    Fault("33 digits after the second hyphen", "-[0-9a-z]{8,32}", "-[0-9a-z]{8,33}"),
    Fault("3 digits after the first hyphen", "ou-[0-9a-z]{4,32}", "ou-[0-9a-z]{3,32}"),
    Fault("upper case", "[0-9a-z]", "[0-9A-Za-z]"),
    Fault("anything before it", "^", ""),
)
_PATHS = (
    Fault("no slash at the beginning", "^/", "^/?"),
    Fault("513 characters", "<= 512", "<= 513"),
    Fault("a space", "[!-~]", "[ -~]"),
    Fault("other letters", "[!-~]", r"[^\\s]"),
    Fault("no slash at the end", "[!-~]+/)", "[!-~]+)"),
)
# The first one is found by a sample of its rules.
_UNIT_IDS_ALONE = (*_UNIT_IDS[3:-1], *_UNIT_IDS[:3])
_STACK_SET_NAMES = (
    Fault("a digit at the beginning", "^[A-Za-z]", "^[A-Za-z0-9]"),
    Fault("129 characters", "{0,127}", "{0,128}"),
    Fault("letters of any script", "[A-Za-z0-9-]", r"[\\p{L}0-9-]"),
)
_LOG_GROUPS = (
    Fault("513 characters", "{1,512}", "{1,513}"),
    Fault("letters of any script", "[A-Za-z0-9._/#-]", r"[\\p{L}0-9._/#-]"),
    Fault("a space", "[A-Za-z0-9._/#-]", "[A-Za-z0-9 ._/#-]"),
)
_KEY_ARNS = (
    Fault("an alias", ":key/", ":[a-z]+/"),
    Fault("no key", "/[A-Za-z0-9-]+$", "/[A-Za-z0-9-]*$"),
    Fault("another service", ":kms:", ":[a-z0-9]+:"),
    Fault("another partition", "arn:aws[a-z-]*", "arn:[a-z-]+"),
)
_BOUNDARIES = (
    Fault("no name", "[!-~]+$", "[!-~]*$"),
    Fault("a space", "[!-~]", "[ -~]"),
)
_CRON = (
    Fault("anything after it", r"\\)$", r"\\)"),
    Fault("minute 60", "[0-5]?[0-9]", "[0-9]?[0-9]"),
    Fault("other steps of minutes", "0/30", "0/[0-9]+"),
    Fault("hour 24", "2[0-3]", "2[0-9]"),
    Fault("other steps of hours", "0/(1|2|4|8|12)", "0/[0-9]+"),
    Fault("day 0 of the month", "0?[1-9]|[12]", "[0-9]|[12]"),
    Fault("day 32 of the month", "3[01]", "3[0-9]"),
    Fault("no day at all", "L|0?[1-9]", r"L|\\?|0?[1-9]"),
    Fault("day 0 of the week", "[1-7]", "[0-9]"),
    Fault("the sixth week", "#[1-5]", "#[0-9]"),
    Fault("the last of something that is no day", "${local.day}?L", "[0-9A-Z]*L"),
    Fault("a month", r"day_of_month} \\*", "day_of_month} [*0-9]+"),
    Fault("a year", r"\\*\\)$", r"[*0-9]+\\)$"),
    Fault("anything before it", "^cron", "cron"),
)
_CONFIGURATION_NAMES = (
    Fault("121 characters", "{1,120}", "{1,121}"),
    Fault("letters of any script", "A-Za-z0-9", r"\\p{L}0-9"),
    Fault("a slash", "._-]", "./_-]"),
    Fault("anything after it", '$"', '"'),
)
_BUCKET_NAMES = (
    Fault("64 characters", "{3,63}", "{3,64}"),
    Fault("2 characters", "{3,63}", "{2,63}"),
    Fault("upper case", "[a-z0-9.-]", "[A-Za-z0-9.-]"),
    Fault("a hyphen at the beginning", "^[a-z0-9](", "^[a-z0-9-]("),
    Fault("a hyphen at the end", "(.*[a-z0-9])?", "(.*[a-z0-9-])?"),
    *(
        Fault(f"{part} is not reserved", f'"{part}", ', "")
        for part in ("xn--", "sthree-", "-s3alias", "--ol-s3", "--x-s3")
    ),
    *(Fault(f"{part} is not reserved", f', "{part}"', "") for part in ("amzn-s3-demo-", "--table-s3")),
)
_DOTS_OF_BUCKETS = (
    Fault("two dots side by side", 'strcontains(name, "..")', 'strcontains(name, "...")'),
    Fault("an IP address", '["is not an IP address"]', "[]"),
    Fault(".mrap is not reserved", '".mrap", ', ""),
)
_ROLE_NAMES = (
    Fault("65 characters", ",64}", ",65}"),
    Fault("a slash", "+=,.@", "+=,.@/"),
    Fault("anything after it", '$"', '"'),
)

FAULTS: dict[str, tuple[Fault, ...]] = {
    "tags": (
        Fault("the rule of Quick Setup is forgotten", '"Quick Setup", ', ""),
        Fault("the rule of IAM is forgotten", '"IAM", ', ""),
        *_ONE_TAG_MORE,
    ),
    "tags of a configuration": (
        Fault("letters of any script", '"A-Za-z0-9 _.:/=+@-"', r'"\\p{L}0-9 _.:/=+@-"'),
        Fault("a value of no character", "minimum = 1, signs", "minimum = 0, signs"),
        *_RESERVED_TAGS,
        *_ONE_TAG_MORE,
    ),
    "tags of roles": (*_SIGNS_OF_TAGS, *_TAG_LENGTHS, *_CASE_OF_TAGS, *_ONE_TAG_MORE),
    "tags of a build": (
        Fault("a key of 128 characters", "? 127", "? 128"),
        Fault("a value of 256 characters", "? 255", "? 256"),
        *_RESERVED_TAGS,
        *_CASE_OF_TAGS,
    ),
    "tags of an account": (*_SIGNS_OF_TAGS, *_TAG_LENGTHS, *_RESERVED_TAGS),
    "tags of a stack": (
        *_TAG_LENGTHS,
        Fault("a value of no character", "minimum = 1, signs", "minimum = 0, signs"),
        Fault("51 tags", "limit = 49", "limit = 51"),
    ),
    "email": (
        Fault("65 characters", "<= 64", "<= 65"),
        Fault("5 characters", ">= 6", ">= 5"),
        Fault("a dot at the beginning", "^[!", "^[.!"),
        Fault("a domain without a dot", r"\\.[A-Za-z0-9.-]*", "[A-Za-z0-9.-]*"),
        Fault("a hyphen at the beginning of the domain", "@[A-Za-z0-9]", "@[A-Za-z0-9-]"),
        Fault("a dot at the end of the domain", "[A-Za-z0-9]$", "[A-Za-z0-9.]$"),
        Fault("two @", "+./0", "+./@0"),
        Fault("anything after it", '$"', '"'),
    ),
    "name of an account": (
        Fault("51 characters", "{1,50}", "{1,51}"),
        Fault("no character", "{1,50}", "{0,50}"),
        Fault("letters of any script", "[ -~]", r"[ -~\\p{L}]"),
        Fault("a tabulator", "[ -~]", r"[\\t -~]"),
        Fault("anything after it", '$"', '"'),
    ),
    "role of an account": _ROLE_NAMES,
    "name of an organizational unit": (
        Fault("129 characters", "{1,128}", "{1,129}"),
        Fault("no character", "{1,128}", "{0,128}"),
    ),
    "id of an organizational unit": _UNIT_IDS,
    "targets": (*_UNIT_IDS, Fault("3 digits of a root", "r-[0-9a-z]{4,32}", "r-[0-9a-z]{3,32}")),
    "delegated administrator": (
        Fault("13 digits", "{12}", "{12,13}"),
        Fault("11 digits", "{12}", "{11,12}"),
        Fault("letters", "[0-9]{12}", r"\\w{12}"),
        Fault("anything after it", '$"', '"'),
    ),
    "role_path": _PATHS,
    "role_path of Quick Setup": _PATHS,
    "role_path of nodes": _PATHS,
    "role_name_prefix": (
        Fault("44 characters", "{1,43}", "{1,44}"),
        Fault("a slash", "+=,.@", "+=,.@/"),
        Fault("anything after it", '$"', '"'),
    ),
    "role_name of nodes": _ROLE_NAMES,
    "permissions_boundary": (
        Fault("anything after it", '$"', '"'),
        Fault("11 digits of the account", "[0-9]{12}", "[0-9]{11,12}"),
        Fault("another partition", "arn:aws", "arn:[a-z]+"),
        Fault("letters of any script", "[!-~]", r"[!-~\\p{L}]"),
        Fault("no name", "[!-~]+", "[!-~]*"),
        Fault("anything before it", "^", ""),
    ),
    "scan_schedule": _CRON,
    "install_schedule": (
        Fault("every text", 'can(regex(join("", local.cron), var.install_schedule))', "true"),
        *_CRON[:6],
    ),
    "name of a patch policy": _CONFIGURATION_NAMES,
    "name of a configuration": _CONFIGURATION_NAMES,
    "description": (
        Fault("513 characters", "{0,512}", "{0,513}"),
        Fault("a carriage return", r"\r", ""),
        Fault("a line separator", r"\u2028", ""),
        Fault("a newline", r"[^\n", "[^"),
    ),
    "concurrency": (
        Fault("eight digits", "{0,6}", "{0,7}"),
        Fault("0", "^([1-9]", "^([0-9]"),
        Fault("more than 100%", "|100%", "|[0-9]+%"),
        Fault("anything after it", ')$"', ')"'),
    ),
    "error_threshold": (
        Fault("eight digits", "{0,6}", "{0,7}"),
        Fault("a zero at the beginning", "|[1-9][0-9]{0,6}", "|[0-9]{0,7}"),
        Fault("more than 100%", "|100%", "|[0-9]+%"),
        Fault("anything after it", ')$"', ')"'),
    ),
    "baselines": (
        Fault("anything after it", ')$"', ')"'),
        Fault("16 digits", "^(pb-[0-9a-f]{17}", "^(pb-[0-9a-f]{16,17}"),
        Fault("a sign that no baseline has", "^(pb-[0-9a-f]{17}", "^(pb-.{17}"),
    ),
    "target_tag": (
        Fault("129 characters", "{1,128}", "{1,129}"),
        Fault("no character", "{1,128}", "{0,128}"),
        Fault("every sign", r"[^\\p{L}\\p{Z}\\p{N}_.:/=@-]", f"[^{_EVERY_SIGN}]"),
        Fault("a plus sign", r"_.:/=@-]", r"_.:/=+@-]"),
    ),
    "log_bucket": (*_BUCKET_NAMES, *_DOTS_OF_BUCKETS),
    "log_bucket.key_prefix": (Fault("501 characters", "{0,500}", "{0,501}"),),
    "bucket_name": _BUCKET_NAMES,
    "access_log_bucket": (*_BUCKET_NAMES, *_DOTS_OF_BUCKETS),
    "name of the compliance report": (
        Fault("a digit at the beginning", "^[a-z](", "^[a-z0-9-]("),
        Fault("42 characters", "{0,30}", "{0,40}"),
        Fault("upper case", "[a-z0-9-]", "[A-Za-z0-9-]"),
        Fault("an underscore", "[a-z0-9-]", "[a-z0-9_-]"),
        Fault("xn-- is not reserved", '"xn--", ', ""),
        Fault("sthree- is not reserved", '"sthree-", ', ""),
        Fault("amzn-s3-demo- is not reserved", ', "amzn-s3-demo-"', ""),
    ),
    "prefix of the compliance report": (
        Fault("every sign in the first part", "^[A-Za-z0-9._-]+", "^[^/]+"),
        Fault("every sign in the others", "(/[A-Za-z0-9._-]+)*", "(/[^/]+)*"),
        Fault("a slash at the end", "(/[A-Za-z0-9._-]+)*", "(/[A-Za-z0-9._-]*)*"),
        Fault("2,000 characters", "<= 200", "<= 2000"),
        Fault("parts that are dots", '[".", ".."]', "[]"),
    ),
    "name of Explorer's sync": (Fault("53 characters", "{1,52}", "{1,53}"),),
    "name of account settings": _STACK_SET_NAMES,
    "units of account settings": _UNIT_IDS_ALONE,
    "log group of Automation": _LOG_GROUPS,
    "name of automation roles": _STACK_SET_NAMES,
    "units of automations": _UNIT_IDS_ALONE,
    "excluded accounts": (
        Fault("13 digits", "{12}", "{12,13}"),
        Fault("11 digits", "{12}", "{11,12}"),
        Fault("a letter", "[0-9]", "[0-9a-z]"),
    ),
    "max_concurrency": (
        Fault("eight digits", "<= 7", "<= 8"),
        Fault("0", "^([1-9]", "^([0-9]"),
        Fault("more than 100%", "|100%", "|[0-9]+%"),
    ),
    "max_errors": (
        Fault("eight digits", "<= 7", "<= 8"),
        Fault("a zero at the beginning", "^([1-9]", "^([0-9]"),
        Fault("more than 100%", "|100%", "|[0-9]+%"),
    ),
    "execution policies": (
        Fault("a policy of an account", "iam::aws", "iam::[0-9a-z]+"),
        Fault("a role", ":policy/", ":[a-z]+/"),
        Fault("no name", "[!-~]+$", "[!-~]*$"),
    ),
    "administration_role_name": _ROLE_NAMES,
    "execution_role_name": _ROLE_NAMES,
    "path of automation roles": _PATHS,
    "boundary of automation roles": _BOUNDARIES,
    "path of the schedule's roles": _PATHS,
    "boundary of the schedule's roles": _BOUNDARIES,
    "key of the schedule": _KEY_ARNS,
    "name of the change calendar": (
        Fault("a reserved prefix", '"aws", "amazon", "amzn", "SSM-"', ""),
        Fault("2 characters", "{3,128}", "{2,128}"),
        Fault("129 characters", "{3,128}", "{3,129}"),
    ),
    "key of events": _KEY_ARNS,
    "name of just-in-time node access": (
        Fault("a digit at the beginning", "^[A-Za-z]", "^[A-Za-z0-9]"),
        Fault("129 characters", "{0,99}", "{0,199}"),
        Fault("an underscore", "[A-Za-z0-9-]", "[A-Za-z0-9_-]"),
    ),
    "name of an approval policy": (
        Fault("a reserved prefix", '"aws", "amazon", "amzn", "SSM-"', ""),
        Fault("2 characters", "{3,128}", "{2,128}"),
        Fault("129 characters", "{3,128}", "{3,129}"),
        Fault("letters of any script", "[A-Za-z0-9_.-]", r"[\\p{L}0-9_.-]"),
    ),
    "role of an approver": (
        Fault("no name", "role/[!-~]+", "role/[!-~]*"),
        Fault("a user", ":role/", ":[a-z]+/"),
        Fault("no account", "[0-9]{12}:role", "[0-9a-z]+:role"),
    ),
    "group of an approver": (
        Fault("anything after it", '{12}$", approver.id', '{12}", approver.id'),
        Fault("nine digits before it", "[0-9a-f]{10}", "[0-9a-f]{9,10}"),
    ),
    "bucket of recordings": _BUCKET_NAMES,
    "key of recordings": _KEY_ARNS,
    "units of session preferences": _UNIT_IDS_ALONE,
    "log group of sessions": _LOG_GROUPS,
    "key of the session bucket": _KEY_ARNS,
    "roles of nodes": _ROLE_NAMES,
    "name of session preferences": (
        Fault("a reserved prefix", '"aws", "amazon", "amzn", "sthree", "xn--"', ""),
        Fault("letters of any script", "[a-z0-9-]", r"[\\p{L}0-9-]"),
        Fault("two characters", "{2,31}", "{1,31}"),
    ),
    "key of the unified console": _KEY_ARNS,
}
