"""The patch baselines that AWS provides: one default for each operating system, in every Region.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.utilities.utils import load_resource

# The names that the page above lists, and how their descriptions name the operating system.
NAMES = {
    "ALMA_LINUX": ("AWS-AlmaLinuxDefaultPatchBaseline", "Alma Linux"),
    "AMAZON_LINUX": ("AWS-AmazonLinuxDefaultPatchBaseline", "Amazon Linux"),
    "AMAZON_LINUX_2": ("AWS-AmazonLinux2DefaultPatchBaseline", "Amazon Linux 2"),
    "AMAZON_LINUX_2022": ("AWS-AmazonLinux2022DefaultPatchBaseline", "Amazon Linux 2022"),
    "AMAZON_LINUX_2023": ("AWS-AmazonLinux2023DefaultPatchBaseline", "Amazon Linux 2023"),
    "CENTOS": ("AWS-CentOSDefaultPatchBaseline", "CentOS"),
    "DEBIAN": ("AWS-DebianDefaultPatchBaseline", "Debian"),
    "MACOS": ("AWS-MacOSDefaultPatchBaseline", "MacOS"),
    "ORACLE_LINUX": ("AWS-OracleLinuxDefaultPatchBaseline", "Oracle Linux"),
    "RASPBIAN": ("AWS-DefaultRaspbianPatchBaseline", "Raspbian"),
    "REDHAT_ENTERPRISE_LINUX": ("AWS-RedHatDefaultPatchBaseline", "Redhat Enterprise Linux"),
    "ROCKY_LINUX": ("AWS-RockyLinuxDefaultPatchBaseline", "Rocky Linux"),
    "SUSE": ("AWS-SuseDefaultPatchBaseline", "Suse"),
    "UBUNTU": ("AWS-UbuntuDefaultPatchBaseline", "Ubuntu"),
    "WINDOWS": ("AWS-DefaultPatchBaseline", ""),
}

# The operating system of the baseline by PlatformName. AMAZON_LINUX depends on the version.
PLATFORMS = {
    "AlmaLinux": "ALMA_LINUX",
    "Amazon Linux": "AMAZON_LINUX",
    "CentOS": "CENTOS",
    "Debian": "DEBIAN",
    "Microsoft Windows": "WINDOWS",
    "Oracle Linux": "ORACLE_LINUX",
    "Raspbian": "RASPBIAN",
    "Red Hat Enterprise Linux": "REDHAT_ENTERPRISE_LINUX",
    "Rocky Linux": "ROCKY_LINUX",
    "SLES": "SUSE",
    "SUSE": "SUSE",
    "Ubuntu": "UBUNTU",
    "macOS": "MACOS",
}


# Of a baseline of one's own, in moto's spelling.
DEFAULTS_OF_BASELINES = {
    "operating_system": "WINDOWS",
    "approved_patches_compliance_level": "UNSPECIFIED",
    "approved_patches_enable_non_security": False,
    "rejected_patches_action": "ALLOW_AS_DEPENDENCY",
    "sources": [],
}


def operating_system_of(platform_name: str, platform_version: str) -> str | None:
    """Return the operating system, as patch baselines have it, of a node; None when there are no baselines for it."""
    found = next((system for name, system in PLATFORMS.items() if platform_name.startswith(name)), None)
    versioned = f"{found}_{platform_version}"
    return versioned if found == "AMAZON_LINUX" and versioned in NAMES else found


def default_baseline_id(region: str, operating_system: str) -> str:
    """Return the id of AWS's default baseline, without the ARN, as patch states have it."""
    return short_id(_arns()[region][operating_system])


def short_id(baseline: str) -> str:
    """Return the id of a baseline of which an ARN or an id is given."""
    return baseline.rpartition("/")[2]


def provided_baselines(region: str) -> list[dict[str, Any]]:
    """Return AWS's default baselines of a Region as the model's PatchBaselineIdentity, under their ids there."""
    return [_identity(system, arn) for system, arn in sorted(_arns().get(region, {}).items())]


def _identity(operating_system: str, arn: str) -> dict[str, Any]:
    name, label = NAMES[operating_system]
    return {
        "BaselineId": arn,
        "BaselineName": name,
        "OperatingSystem": operating_system,
        "BaselineDescription": f"Default Patch Baseline{f' for {label}' if label else ''} Provided by AWS.",
        "DefaultBaseline": True,
    }


@cache
def _arns() -> dict[str, dict[str, str]]:
    # moto has AWS's ids:
    # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetDefaultPatchBaseline.html
    arns: dict[str, dict[str, str]] = load_resource("ssm/resources/default_baselines.json")
    return arns
