"""Follows the instructions of a plan's errors, and reads what AWS has."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING, Any, Literal

import boto3

from harness.assertions import plan_errors
from systems_manager_organization.quick_setup.known_issues import find_known_issue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.results import Plan
    from harness.terraform import Terraform

ADOPTED = "adopted.tf"
REPLACED = "replace"
KEY_DELETED = "delete the second key"

_DISCARD = re.compile(r"(\S+ \S*report\.py discard (?:--deployed )?arn:\S+?configuration-manager/[0-9a-f-]+)")


def run_adopt(terraform: Terraform, errors: str = "", *, remedy: str = "") -> tuple[int, str, str]:
    """Run the commands in the message of EXISTS_ALREADY. Returns the exit status, stdout (the blocks) and stderr.

    `errors`: those of the present plan, if they are known. `remedy`: of a known issue, which has the commands for a
    plan that is not refused.
    """
    return _adopt(terraform, remedy, statuses=(0,)) if remedy else _adopt(terraform, errors or plan_errors(terraform))


def apply_adopted(terraform: Terraform) -> int:
    """Apply with the blocks, then remove them. Returns the number of imported resources."""
    applied = terraform.apply()
    (terraform.directory / ADOPTED).unlink()
    return applied.imported


def follow(terraform: Terraform, errors: str) -> str:
    """Do what the errors of a plan, an apply or a destroy say, up to the next apply. Returns what was done, or "".

    What the provider says and is a known issue: the commands of that, for what a plan cannot know to exist.
    """
    for issue in filter(None, map(find_known_issue, errors.splitlines())):
        if "adopt >>" in issue.remedy:
            folders = terraform.directory.parents
            report = next(file for folder in folders if (file := folder / "scripts/report.py").exists())
            # Some kinds a plan refuses, of others it does not know that they exist.
            _adopt(terraform, issue.remedy.replace("scripts/report.py", str(report)), statuses=(0, 1))
            return "adopt by a known issue"
    errors = re.sub(r"\s+", " ", errors)
    buckets = re.findall(r"delete it: aws s3api delete-bucket --bucket (\S+) --region ([\w-]+)\.", errors)
    for name, region in buckets:
        _client(terraform, "s3", region).delete_bucket(Bucket=name)
    if buckets:
        return "delete the empty bucket"
    lost = re.search(r'To continue with it, set (installation = "[^"]+")', errors)
    if lost:
        # The only module that says it: of what the others create there is something that has the name.
        call = re.search(r'module "(\w+)" \{\n  source = "[^"]+/account-settings"', _main(terraform).read_text())
        assert call
        add_argument(terraform, lost[1], call[1])
        return "installation"
    if "| " in errors and "adopt >>" in errors:
        return _follow_adopt(terraform, errors)
    if "DUPLICATE_CONFIGURATION" in errors:
        return _discard_duplicates(terraform, errors)
    discarded = _DISCARD.findall(errors)
    for command in discarded:
        _run(terraform, [*shlex.split(command), "--yes"])
    return "discard" if discarded else ""


def follow_warnings(terraform: Terraform, plan: Plan) -> str:
    """Do what the warnings of a plan say, which changes nothing itself. Returns what was done, or ""."""
    warnings = re.sub(r"\s+", " ", " ".join(warning.detail for warning in plan.warnings))
    deletions = re.findall(
        r"aws kms schedule-key-deletion --key-id (\S+) --pending-window-in-days (\d+) --region ([\w-]+)", warnings
    )
    for key_id, days, region in deletions:
        _client(terraform, "kms", region).schedule_key_deletion(KeyId=key_id, PendingWindowInDays=int(days))
    if deletions:
        return KEY_DELETED
    stack_sets = re.findall(r"The StackSet (\S+) has no stack in any account:", warnings)
    if not stack_sets:
        return ""
    assert "terraform apply -replace='ADDRESS.aws_cloudformation_stack_instances.this'" in warnings
    addresses = [
        address
        for address, values in terraform.state().items()
        if address.endswith(".aws_cloudformation_stack_instances.this") and values["stack_set_name"] in stack_sets
    ]
    terraform.apply(replace=addresses)
    return REPLACED


def _follow_adopt(terraform: Terraform, errors: str) -> str:
    """Adopt; and what is in the way of that: another installation's name, a tainted resource, two of one name."""
    file = terraform.directory / ADOPTED
    # What was adopted before, in a plan that was then refused for what it could not reach without: `>>` keeps it.
    before = file.read_text() if file.exists() else ""
    _, _, remarks = _adopt(terraform, errors)
    file.write_text(before + file.read_text())
    tainted = re.findall(r"terraform untaint '([^']+)'", remarks)
    for address in tainted:
        terraform.untaint(address)
    if tainted:
        return "untaint"
    lost = re.search(r'^module\.(\w+).* set the input (installation = "[^"]+")', remarks, re.MULTILINE)
    if lost:
        add_argument(terraform, lost[2], lost[1])
        return "installation"
    unit = re.search(r'Set (dedicated_organizational_unit = \{ id = "[^"]+" \})', remarks)
    if unit:
        add_argument(terraform, unit[1])
        return "input"
    doubled = re.search(r"have this name: (\S+), (\S+)\. Delete the others", remarks)
    if doubled:
        _discard(terraform, errors, doubled[2])
        return "discard"
    return "adopt"


def _discard_duplicates(terraform: Terraform, errors: str) -> str:
    """Keep what the state has, or else the first one, of the managers of one name."""
    owned = {values.get("manager_arn") for values in terraform.state().values()}
    for found in re.findall(r"of this type and name: (.+?)\. Both deploy", errors):
        arns = re.findall(r"arn:\S+?configuration-manager/[0-9a-f-]+", found)
        kept = next((arn for arn in arns if arn in owned), arns[0])
        for arn in arns:
            if arn != kept:
                _discard(terraform, errors, arn)
    return "discard"


def _adopt(terraform: Terraform, errors: str, *, statuses: Sequence[int] = (1,)) -> tuple[int, str, str]:
    commands = re.search(r"(terraform plan -out=\S+); (terraform show -json \S+) \| (.+? adopt) >> (\S+)", errors)
    assert commands, f"No command in:\n{errors}"
    plan, show, adopt, file = commands.groups()
    assert file == ADOPTED
    _run(terraform, plan.split(), statuses=statuses)
    completed = subprocess.run(
        shlex.split(adopt),
        cwd=terraform.directory,
        env=_environment(terraform),
        input=_run(terraform, show.split()),
        capture_output=True,
        text=True,
        check=False,
    )
    (terraform.directory / ADOPTED).write_text(completed.stdout)
    return completed.returncode, completed.stdout, completed.stderr


def _discard(terraform: Terraform, errors: str, arn: str) -> None:
    """Run `discard` of the report.py in the errors."""
    report = re.search(r"\S+report\.py", errors)
    assert report, f"No report.py in:\n{errors}"
    _run(terraform, ["python3", report[0], "discard", "--deployed", arn, "--yes"])


def add_argument(terraform: Terraform, argument: str, call: str = r"\w+") -> None:
    """Add an argument to a module call in HCL, by default the first; one of this name is replaced."""
    file = _main(terraform)
    name = argument.partition(" ")[0]
    before, begin, rest = re.split(rf'(module "{call}" \{{\n  source = "[^"]+")', file.read_text(), maxsplit=1)
    block, end, after = rest.partition("\n}")
    block = re.sub(rf"\n  {name} += .+", "", block)
    file.write_text(f"{before}{begin}\n  {argument}{block}{end}{after}")


def _main(terraform: Terraform) -> Path:
    return terraform.directory / "main.tf"


def _client(terraform: Terraform, service: Literal["kms", "s3"], region: str) -> Any:
    """As the AWS CLI with the credentials of the configuration."""
    environment = terraform.environment
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def _environment(terraform: Terraform) -> dict[str, str]:
    return {**terraform.reattaching_environment(), "AWS_DEFAULT_REGION": "us-east-1"}


def _run(terraform: Terraform, command: Sequence[str], *, statuses: Sequence[int] = (0,)) -> str:
    """Run a command in the directory of the configuration. Returns its stdout."""
    completed = subprocess.run(
        command, cwd=terraform.directory, env=_environment(terraform), capture_output=True, text=True, check=False
    )
    assert completed.returncode in statuses, completed.stdout + completed.stderr
    return completed.stdout
