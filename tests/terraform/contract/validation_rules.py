"""The rules of inputs, each with the service that takes what it lets through, and inputs for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from terraform.contract import service_rules as services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_COUNT = 1000
_UPPER, _LOWER, _DIGITS = "ABCXYZ", "abcxyz", "0129"
_LETTERS = _UPPER + _LOWER + _DIGITS
_ROLE_SIGNS = _LETTERS + "_+=,.@-"
# Letters of other scripts, a combining mark, wide and joined characters, and what separates lines.
_OTHERS = "éÄ所者ー１Ωя\u0301👩🏽\u200d\u00a0\u3000 \t\n\r\u2028\u0085\x00\x7f&<>\"'\\$`|;*?%#!~()[]{},:/@+=._-"


def _normalize(text: str) -> str:
    """As Terraform normalizes every string."""
    return unicodedata.normalize("NFC", text)


@dataclass(frozen=True)
class Rule:
    """A rule of an input: `module` has `variable`, and `accepts` is the service.

    `samples` are valid, and inputs are made of them and of `signs`, up to `maximum` characters and more; `near` are
    nearly valid, and `words` take the place of others. `wrap` makes the value of the variable, `others` are values of
    other variables, `files` have the locals of the conditions.
    """

    variable: str
    samples: Sequence[Any]
    accepts: Callable[[Any], bool]
    module: str = "."
    signs: str = _LETTERS
    maximum: int = 64
    wrap: Callable[[Any], Any] = field(default=lambda value: value)
    others: Mapping[str, str] = field(
        default_factory=lambda: {"var.name": '"scan"', "var.include_management_account": "false"}
    )
    files: tuple[str, ...] = ()
    tags: bool = False
    count: int = _COUNT
    near: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def inputs(self) -> list[Any]:
        random = Random(f"{self.module} {self.variable}")  # noqa: S311
        make = self._tag_map if self.tags else self._text
        given = [*self.samples, *self.near]
        return [*given, *(make(random) for _ in range(self.count - len(given)))]

    def _text(self, random: Random) -> str:
        kind = random.random()
        if self.words and random.random() < 0.6:
            parts = re.split(random.choice((r"(\W)", "([( )])")), random.choice(self.samples))
            parts[2 * random.randrange(len(parts) // 2 + 1)] = random.choice(self.words)
            return _normalize("".join(parts))
        if kind < 0.6:
            text = random.choice((*self.samples, *self.near))
            for _ in range(random.randint(0, 2)):
                position = random.choice((0, len(text), random.randint(0, len(text))))
                kept = random.choice((position, min(position + 1, len(text))))
                text = (
                    text[:position]
                    + random.choice(("", random.choice(_OTHERS), random.choice(self.signs)))
                    + text[kept:]
                )
            return _normalize(text)
        length = random.choice(
            (0, 1, 2, self.maximum - 1, self.maximum, self.maximum + 1, *(random.randint(0, 2 * self.maximum),) * 2)
        )
        text = "".join(random.choices(self.signs, k=length))
        return _normalize(text if kind < 0.9 else text + random.choice(_OTHERS) * random.randint(1, 2))

    def _tag_map(self, random: Random) -> dict[str, str]:
        letters = self.signs + random.choice(("", "", "", "所", "e\u0301", *random.choices(_OTHERS, k=2)))
        count = random.choice((0, *(1, 1, 2, 2, 3) * 9, 50, random.choice((49, 51))))
        key_sizes = (1, 5, 9, 119, 127, 128) if count < 4 else (4,)
        keys = ["".join(random.choices(letters, k=random.choice(key_sizes))) + str(number) for number in range(count)]
        if count and random.random() < 0.1:
            keys.append(keys[0].swapcase())
        sizes = (1, 4, 4, 0, 256, 257) if count < 4 else (4,)
        tags = {key: "".join(random.choices(letters, k=random.choice(sizes))) for key in keys}
        if count and random.random() < 0.2:
            reserved = random.choice(("aws:", "AWS:"))
            value = tags.pop(keys[0])
            tags.update(random.choice(({reserved + keys[0]: value}, {keys[0]: reserved + value})))
        return {_normalize(key): _normalize(value) for key, value in tags.items()}


_TAGS: tuple[dict[str, str], ...] = ({"Owner": "platform"}, {"cost:center/one": "a b_c.d:e/f=g+h-i@j"}, {})
_PATHS, _PATHS_NEARLY = ("/", "/platform/", "/a/b/", f"/{'a' * 510}/"), ("/a b/", "/a", "a/")
_BUCKETS_NEARLY = (
    *("xn--logs", "sthree-logs", "amzn-s3-demo-logs", "logs-s3alias", "logs--ol-s3", "logs.mrap", "logs--x-s3"),
    *("logs--table-s3", "192.168.0.1", "a..b", "-logs", "logs-", "loGs", "ab", "a" * 64),
)
# The limits of each field, and what is just beyond them.
_CRON_WORDS = (
    *("0", "5", "8", "9", "24", "29", "31", "32", "59", "60", "2025"),
    *("XXX", "0/3", "0/15", "?", "*", "9L", "3#6"),
)
RULES = {
    "tags": Rule(
        "tags",
        _TAGS,
        lambda tags: services.accept_tags(
            tags, services.quick_setup_tags, services.iam_tags, services.organizations_tags
        ),
        tags=True,
        count=400,
    ),
    "tags of a configuration": Rule(
        "tags",
        _TAGS,
        lambda tags: services.accept_tags(tags, services.quick_setup_tags),
        "modules/quick-setup-configuration",
        tags=True,
        count=150,
    ),
    "tags of roles": Rule(
        "tags",
        (*_TAGS, {"所有者": ""}),
        lambda tags: services.accept_tags(tags, services.iam_tags),
        "modules/quick-setup",
        tags=True,
        count=150,
    ),
    "tags of an account": Rule(
        "tags",
        (*_TAGS, {"所有者": "", "owner": "one", "Owner": "two"}),
        lambda tags: services.accept_tags(tags, services.organizations_tags),
        "modules/administrator-account",
        tags=True,
        count=150,
    ),
    "tags of a stack": Rule(
        "tags",
        _TAGS,
        lambda tags: services.accept_tags(tags, services.stack_tags, own=0),
        "modules/explorer",
        tags=True,
        count=150,
    ),
    "email": Rule(
        "email",
        ("a@b.de", "aws+root.one@example.com", "o'brien@example.com".replace("'", "_"), f"{'a' * 52}@example.com"),
        services.email,
        "modules/administrator-account",
        near=("a@-b.de", "a@b", ".a@b.de", "a@b.d"),
        signs=_LOWER + "@.-",
    ),
    "name of an account": Rule(
        "name",
        ("Systems Manager", "a", "~" * 50),
        partial(services.model, "organizations", "CreateAccountName"),
        "modules/administrator-account",
        maximum=50,
    ),
    "role of an account": Rule(
        "role_name",
        ("OrganizationAccountAccessRole", "a" * 64),
        partial(services.model, "organizations", "RoleName"),
        "modules/administrator-account",
        signs=_ROLE_SIGNS,
    ),
    "name of an organizational unit": Rule(
        "name",
        ("Systems Manager", "所有者", "x" * 128),
        partial(services.model, "organizations", "OrganizationalUnitName"),
        "modules/dedicated-organizational-unit",
        signs=_LETTERS + "\u0301",
        maximum=128,
        others={"var.id": "null"},
    ),
    "id of an organizational unit": Rule(
        "id",
        ("ou-ab12-34cd56ef", f"ou-{'a' * 32}-{'b' * 32}"),
        partial(services.model, "organizations", "OrganizationalUnitId"),
        "modules/dedicated-organizational-unit",
        near=("ou-aB12-34cd56ef", "ou-ab1-34cd56ef"),
        signs=_LOWER + _DIGITS + "-",
        others={"var.name": "null"},
    ),
    "targets": Rule(
        "target_organizational_unit_ids",
        ("ou-ab12-34cd56ef", f"ou-{'a' * 32}-{'b' * 32}", "r-ab12", f"r-{'a' * 32}"),
        services.unit,
        near=("ou-aB12-34cd56ef", "r-aB12", "r-ab1", "ou-ab1-34cd56ef"),
        signs=_LOWER + _DIGITS + "-",
        wrap=lambda value: [value],
    ),
    "delegated administrator": Rule(
        "delegated_administrator",
        ("222222222222", "000000000001"),
        partial(services.model, "organizations", "AccountId"),
        near=("22222222222a",),
        signs=_DIGITS,
        maximum=12,
        wrap=lambda value: {"account_id": value, "account": None, "service_principals": ["ssm.amazonaws.com"]},
    ),
    "role_path": Rule(
        "role_path",
        _PATHS,
        partial(services.model, "iam", "pathType"),
        near=_PATHS_NEARLY,
        signs=_LETTERS + "/ ",
        maximum=512,
    ),
    "role_path of Quick Setup": Rule(
        "role_path",
        _PATHS,
        partial(services.model, "iam", "pathType"),
        "modules/quick-setup",
        near=_PATHS_NEARLY,
        signs=_LETTERS + "/ ",
        maximum=512,
    ),
    "path of nodes": Rule(
        "path",
        _PATHS,
        partial(services.model, "iam", "pathType"),
        "modules/patch-policy-node-role",
        near=_PATHS_NEARLY,
        signs=_LETTERS + "/ ",
        maximum=512,
    ),
    "role_name_prefix": Rule(
        "role_name_prefix",
        ("AWS-QuickSetup-Retail-", "a" * 43),
        services.role_names,
        signs=_ROLE_SIGNS,
        maximum=43,
    ),
    "role_name of nodes": Rule(
        "name",
        ("nodes", "a" * 64),
        partial(services.model, "iam", "roleNameType"),
        "modules/patch-policy-node-role",
        signs=_ROLE_SIGNS,
    ),
    "permissions_boundary": Rule(
        "permissions_boundary",
        ("arn:aws:iam::111111111111:policy/Boundary", "arn:aws-us-gov:iam::aws:policy/PowerUserAccess"),
        services.boundary,
        near=("arn:aws:iam::111111111111:policy/",),
        signs="arn:aws:iam::111111111111:policy/",
    ),
    "scan_schedule": Rule(
        "scan_schedule",
        (
            "cron(0 1 * * ? *)",
            "cron(0/30 0/12 ? * MON-FRI *)",
            "cron(00 23 L * ? *)",
            "cron(0 2 ? * TUE#3 *)",
            "cron(5 * ? * 1,3 *)",
            "cron(59 23 ? * SAT *)",
            "cron(0 23 * * ? *)",
        ),
        services.association_schedule,
        module="modules/patch-policy",
        signs="0123456789" * 5 + "*?/L#- SUNMOTE,",
        files=("modules/patch-policy/schedules.tf",),
        words=_CRON_WORDS,
        count=3000,
    ),
    "install_schedule": Rule(
        "install_schedule",
        ("cron(0 2 ? * SUN *)", "cron(0 1 * * ? *)"),
        services.association_schedule,
        module="modules/patch-policy",
        signs="0123456789" * 5 + "*?/L#- SUNMOTE,",
        files=("modules/patch-policy/schedules.tf",),
        words=_CRON_WORDS,
        others={"var.name": '"scan"', "var.operation": '"ScanAndInstall"'},
    ),
    "name of a patch policy": Rule(
        "name",
        ("scan everything", "a" * 120),
        partial(services.member, "ssm-quicksetup", "CreateConfigurationManagerInput", "Name"),
        module="modules/patch-policy",
        signs=_LETTERS + " ._-",
        maximum=120,
        others={"var.include_management_account": "false"},
    ),
    "name of a configuration": Rule(
        "name",
        ("ops-center", "a" * 120),
        partial(services.member, "ssm-quicksetup", "CreateConfigurationManagerInput", "Name"),
        "modules/quick-setup-configuration",
        signs=_LETTERS + " ._-",
        maximum=120,
        others={},
    ),
    "description": Rule(
        "description",
        ("Managed by Terraform.", "", "x" * 512, "x\u0301" * 256),
        services.description,
        "modules/quick-setup-configuration",
        signs=_LETTERS + "\u0301",
        maximum=512,
    ),
    "concurrency": Rule(
        "concurrency",
        ("1", "10%", "100%", "1000000"),
        partial(services.model, "ssm", "MaxConcurrency"),
        module="modules/patch-policy",
        signs="0123456789%",
        maximum=7,
    ),
    "error_threshold": Rule(
        "error_threshold",
        ("0", "0%", "100%", "1000000"),
        partial(services.model, "ssm", "MaxErrors"),
        module="modules/patch-policy",
        signs="0123456789%",
        maximum=7,
    ),
    "baselines": Rule(
        "baselines",
        ("pb-0123456789abcdef0", "arn:aws:ssm:us-east-1:123456789012:patchbaseline/pb-0123456789abcdef0"),
        partial(services.model, "ssm", "BaselineId"),
        module="modules/patch-policy",
        wrap=lambda value: {"WINDOWS": value},
    ),
    "target_tag": Rule(
        "target_tag",
        ("Patch", "所有者", "a" * 128),
        lambda key: services.model("ssm", "TargetKey", f"tag:{key}") and services.model("ssm", "TagKey", key),
        module="modules/patch-policy",
        maximum=128,
        wrap=lambda value: {"key": value, "value": "one"},
    ),
    "log_bucket": Rule(
        "log_bucket",
        ("logs", "a.b-c", "a" * 63, "1.2.3.4a", "xn-logs"),
        lambda name: services.bucket(name) and services.model("ssm", "S3BucketName", name),
        module="modules/patch-policy",
        signs=_LOWER + _DIGITS + "..--",
        near=_BUCKETS_NEARLY,
        wrap=lambda value: {"name": value, "region": "us-east-1", "key_prefix": ""},
    ),
    "log_bucket.key_prefix": Rule(
        "log_bucket",
        ("", "patch/logs", "所" * 500),
        partial(services.model, "ssm", "S3KeyPrefix"),
        module="modules/patch-policy",
        signs=_LETTERS + "\u0301",
        maximum=500,
        wrap=lambda value: {"name": "logs", "region": "us-east-1", "key_prefix": value},
    ),
    "bucket_name": Rule(
        "bucket_name",
        ("logs", "a-b-c", "a" * 63),
        services.bucket,
        "modules/compliance-reporting",
        signs=_LOWER + _DIGITS + "..--",
        near=_BUCKETS_NEARLY,
        others={},
    ),
    "access_log_bucket": Rule(
        "access_log_bucket",
        ("logs", "a.b-c", "a" * 63),
        services.bucket,
        "modules/compliance-reporting",
        signs=_LOWER + _DIGITS + "..--",
        near=_BUCKETS_NEARLY,
        wrap=lambda value: {"name": value, "prefix": ""},
    ),
    "name of the compliance report": Rule(
        "name",
        ("patch-compliance", "a", "a" * 32, "xn-one"),
        services.compliance_name,
        "modules/compliance-reporting",
        signs=_LOWER + _DIGITS + "-",
        maximum=32,
        others={},
        near=("xn--one", "sthree-one", "amzn-s3-demo-one", "Patch-Compliance", "patch_compliance"),
    ),
    "prefix of the compliance report": Rule(
        "prefix",
        ("inventory", "a/b", "a" * 200),
        services.report_prefix,
        "modules/compliance-reporting",
        signs=_LETTERS + "/.",
        maximum=200,
        near=("../a", "a/..", "a//b", "a*", "a/b?", "${aws:username}", "/a", "a/"),
    ),
    "name of Explorer's sync": Rule(
        "name",
        ("organization", "所有者", "a" * 52),
        lambda name: services.model("ssm", "ResourceDataSyncName", f"{name}-own-sources"),
        "modules/explorer",
        maximum=52,
        others={},
    ),
}
