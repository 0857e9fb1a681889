"""The shell of examples/pipelines, and of the workflow for OpenTofu and the next provider, with stand-ins for programs.

Each stand-in writes its arguments to a file. What needs the service (tokens, approvals, environments) is not run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from harness.workspace import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, list[str]]]

_RECIPES = REPOSITORY / "examples" / "pipelines"
_AGENT = REPOSITORY / "examples" / "hcp-terraform" / "agent"
_GITHUB = _RECIPES / "github-actions" / "systems-manager.yaml"
_GITLAB = _RECIPES / "gitlab" / ".gitlab-ci.yml"
_COMPATIBILITY = REPOSITORY / ".github" / "workflows" / "compatibility.yaml"

_PROGRAM = """#!/bin/sh
echo "$(basename "$0") $* key=${AWS_ACCESS_KEY_ID:-}/${AWS_SECRET_ACCESS_KEY:-}/${AWS_SESSION_TOKEN:-}" >> "$CALLS"
case "$*" in
  sts*) [ -z "$REFUSED" ] || exit 254; printf 'AKIA\\tsecret\\ttoken\\n' ;;
  *plan*-out=*) for argument; do case "$argument" in -out=*) : > "${argument#-out=}" ;; esac; done ;;
  plan*) echo 'Plan: 1 to add.'; exit "${PLAN_STATUS:-0}" ;;
esac
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    programs, calls = tmp_path / "programs", tmp_path / "calls"
    programs.mkdir()
    (tmp_path / "management").mkdir()
    for name in ("terraform", "tofu", "aws"):
        (programs / name).write_text(_PROGRAM, encoding="utf-8")
        (programs / name).chmod(0o755)

    def script(lines: str, cwd: Path | None = None, **variables: str) -> tuple[int, list[str]]:
        calls.unlink(missing_ok=True)
        environment = {
            "PATH": f"{programs}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "CALLS": str(calls),
            "GITHUB_ENV": str(tmp_path / "environment"),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            "RUNNER_TEMP": str(tmp_path),
            "CI_BUILDS_DIR": str(tmp_path),
            **variables,
        }
        # As both services run it.
        shell = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", lines]
        done = subprocess.run(shell, cwd=cwd or tmp_path, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []

    return script


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _step(path: Path, job: str, name: str) -> str:
    (found,) = [step["run"] for step in _load(path)["jobs"][job]["steps"] if step.get("name") == name]
    return str(found)


@pytest.mark.parametrize(
    ("event", "plan", "status"),
    [
        ("pull_request", "0", 0),
        ("pull_request", "2", 0),
        ("pull_request", "1", 1),
        ("schedule", "0", 0),
        ("schedule", "2", 2),
    ],
)
def test_github_plan_fails_by_itself_or_when_scheduled_for_changes(
    run: Run, tmp_path: Path, event: str, plan: str, status: int
) -> None:
    lines = _step(_GITHUB, "plan", "plan")
    assert run(lines, GITHUB_EVENT_NAME=event, PLAN_STATUS=plan)[0] == status
    assert "Plan: 1 to add." in (tmp_path / "summary").read_text(encoding="utf-8")


def test_github_applies_the_plan_that_it_made_and_keeps_no_file(run: Run, tmp_path: Path) -> None:
    status, calls = run(_step(_GITHUB, "apply", "apply"))
    assert status == 0
    file = tmp_path / "plan.tfplan"
    assert [call.split(" key=")[0] for call in calls] == [f"terraform plan -out={file}", f"terraform apply {file}"]
    assert not file.exists()


def test_github_plans_forks_with_no_credentials_and_applies_only_main() -> None:
    jobs = _load(_GITHUB)["jobs"]
    assert "head.repo.full_name == github.repository" in jobs["plan"]["if"]
    assert jobs["apply"]["if"] == "github.event_name == 'push'"
    assert jobs["plan"]["environment"] != jobs["apply"]["environment"]
    assert "terraform apply" not in yaml.safe_dump(jobs["plan"])


def _gitlab(job: str) -> str:
    configuration = _load(_GITLAB)
    lines = [*configuration[".credentials"]["before_script"], *configuration[job]["script"]]
    return "\n".join(lines)


def test_gitlab_exchanges_its_token_once(run: Run) -> None:
    status, calls = run(
        _gitlab("apply"), ROLE_ARN="arn:aws:iam::111111111111:role/Apply", AWS_ID_TOKEN="jwt", DURATION="7200"
    )
    assert status == 0
    exchange, *terraform = calls
    assert "--role-arn arn:aws:iam::111111111111:role/Apply" in exchange
    assert "--web-identity-token jwt --duration-seconds 7200" in exchange
    assert all(call.endswith("key=AKIA/secret/token") for call in terraform)
    assert [call.split()[1] for call in terraform] == ["init", "plan", "apply"]


def test_gitlab_stops_where_aws_refuses_the_token(run: Run) -> None:
    status, calls = run(_gitlab("plan"), ROLE_ARN="r", AWS_ID_TOKEN="jwt", DURATION="3600", REFUSED="yes")
    assert status == 254
    assert [call.split()[0] for call in calls] == ["aws"]


@pytest.mark.parametrize(
    "lines",
    [
        *(
            step["run"]
            for workflow in _load(_RECIPES / "atlantis/repos.yaml")["workflows"].values()
            for stage in workflow.values()
            for step in stage["steps"]
            if "run" in step
        ),
        *_load(_RECIPES / "spacelift/config.yml")["stack_defaults"]["before_init"],
    ],
)
def test_hooks_of_atlantis_and_spacelift(run: Run, lines: str) -> None:
    assert run(lines)[0] == 0


def test_atlantis_plans_and_applies_with_different_profiles() -> None:
    server, repository = _load(_RECIPES / "atlantis/repos.yaml"), _load(_RECIPES / "atlantis/atlantis.yaml")
    (settings,) = server["repos"]
    profiles = {
        project["name"]: [
            stage["steps"][0]["env"]["value"]
            for stage in server["workflows"][project.get("workflow", settings["workflow"])].values()
        ]
        for project in repository["projects"]
    }
    assert profiles == {
        "management": ["systems-manager-plan", "systems-manager-apply"],
        "delegated-administrator": ["systems-manager-administrator-plan", "systems-manager-administrator-apply"],
    }
    assert set(settings["allowed_workflows"]) == set(server["workflows"])


def test_opentofu_validates_every_folder(run: Run) -> None:
    status, calls = run(_step(_COMPATIBILITY, "opentofu", "validate"), cwd=REPOSITORY)
    assert status == 0
    validated = {call.split()[1].removeprefix("-chdir=") for call in calls if " validate " in call}
    assert {".", "modules/patch-policy", "examples/minimal"} <= validated


def test_the_next_provider_is_mirrored_for_the_tests(run: Run, tmp_path: Path) -> None:
    status, calls = run(_step(_COMPATIBILITY, "provider", "mirror"), PROVIDER="~> 6.0")
    assert status == 0
    assert 'version = "~> 6.0"' in (tmp_path / ".cache/next/versions.tf").read_text(encoding="utf-8")
    assert calls[0].startswith("terraform -chdir=.cache/next providers mirror ")
    environment = (tmp_path / "environment").read_text(encoding="utf-8")
    assert environment == f"SYSTEMS_MANAGER_ORGANIZATION_PROVIDER_MIRROR={tmp_path}/.cache/next/mirror\n"


@pytest.mark.parametrize(
    "path", [_GITHUB, *sorted((REPOSITORY / ".github" / "workflows").glob("*.yaml"))], ids=lambda path: path.name
)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    assert [
        action
        for action, version in used
        if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) or " # v" not in version
    ] == []


_IMAGES = {
    _AGENT: ["apt-get update", "apt-get install --yes --no-install-recommends python3 python3-venv"],
    _RECIPES / "atlantis": ["apk add --no-cache python3"],
    _RECIPES / "gitlab": ["apk add --no-cache aws-cli python3"],
    _RECIPES / "spacelift": ["apk add --no-cache python3"],
}


@pytest.mark.parametrize(("folder", "packages"), _IMAGES.items(), ids=[folder.name for folder in _IMAGES])
def test_an_image_has_boto3_by_version_and_hash(folder: Path, packages: list[str], tmp_path: Path) -> None:
    """Its RUN step, in a folder in place of the image's root."""
    text = (folder / "Dockerfile").read_text(encoding="utf-8")
    ((copied, target),) = re.findall(r"^COPY (\S+) (\S+)$", text, re.MULTILINE)
    (step,) = re.findall(r"^RUN ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    root, programs, calls = tmp_path / "root", tmp_path / "programs", tmp_path / "calls"
    stand_in = f'#!/bin/sh\necho "$(basename "$0") $*" >> {calls}\n'
    environment = '[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python3"; }\n'
    programs.mkdir()
    for name, lines in (("apt-get", stand_in), ("apk", stand_in), ("python3", stand_in + environment)):
        (programs / name).write_text(lines, encoding="utf-8")
        (programs / name).chmod(0o755)
    (root / "var/lib/apt/lists/main").mkdir(parents=True)
    done = subprocess.run(
        ["sh", "-c", re.sub(r"(?<=\s)/", f"{root}/", step)],
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert calls.read_text(encoding="utf-8").replace(str(root), "").splitlines() == [
        *packages,
        "python3 -m venv /opt/systems-manager",
        f"python3 -m pip install --no-cache-dir --require-hashes --requirement {target}",
    ]
    assert "apt-get" not in text or not [*(root / "var/lib/apt/lists").iterdir()]
    assert (_RECIPES / copied).is_file()
    assert re.search(r"^FROM \S+:\S+$", text, re.MULTILINE)
    # It ends as the user of its base, and the python3 of its path is the one with boto3.
    users = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    assert not users or users[-1] != "root"
    assert folder == _AGENT or "ENV PATH=/opt/systems-manager/bin:$PATH" in text


def test_pipelines_install_what_the_tests_run_with() -> None:
    versions, tested = (
        _versions(file) for file in (_RECIPES / "requirements.txt", REPOSITORY / "requirements/test.txt")
    )
    assert "boto3" in versions
    assert versions.items() <= tested.items()


@pytest.mark.parametrize("job", ["plan", "apply"])
def test_github_installs_boto3_by_version_and_hash(run: Run, tmp_path: Path, job: str) -> None:
    program = tmp_path / "programs/python3"
    program.write_text(_PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    status, (call,) = run(_step(_GITHUB, job, "boto3"))
    assert status == 0
    assert call.startswith("python3 -m pip install --quiet --require-hashes --requirement ../requirements.txt ")


def _versions(requirements: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """The version and the hashes of each package."""
    packages = re.split(r"^(?=\S+==)", requirements.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {
        name: (rest.split()[0], frozenset(re.findall(r"--hash=(\S+)", rest)))
        for name, _, rest in (package.partition("==") for package in packages)
        if rest
    }
