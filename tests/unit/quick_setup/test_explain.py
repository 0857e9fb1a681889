"""`report.py explain`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox import Fault
from sandbox_tests.cases.quick_setup import HOST_MANAGEMENT, INSTANCE_MANAGEMENT, changed
from unit.quick_setup_cases import (
    ADMINISTRATOR,
    DENIED,
    MANAGEMENT,
    WORKLOAD,
    create,
    modifying,
    prepare,
    with_status,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox
    from unit.conftest import Outcome, Run

WORKSHOP = "444444444444"
NO_ACCESS = "You must enable organizations access to operate a service managed stack set"
ROLE = "OrganizationAccountAccessRole"


def explained(outcome: Outcome) -> str:
    """The explanation on standard output."""
    assert (outcome.status, outcome.stderr) == (0, "")
    return outcome.stdout


@pytest.fixture
def failing(aws: Sandbox) -> Callable[..., str]:
    """Makes a configuration manager that fails in one account for a reason."""
    prepare(aws)

    def fail(reason: str, **options: Any) -> str:
        aws.fail_deployment("scan", WORKLOAD, "us-east-1", reason)
        return create(aws, **options)

    return fail


def test_nothing_failed(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws)
    before = aws.snapshot()
    output = explained(run("report", "explain", "scan"))
    assert arn in output
    assert "AWSQuickSetupType-PatchPolicy" in output
    assert "Deployment SUCCEEDED, nodes SUCCEEDED." in output
    assert "Nothing failed." in output
    assert f"{MANAGEMENT} us-east-1: Deployments to organizational units never reach the management account" in output
    assert "adopt" not in output
    assert aws.snapshot() == before


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (DENIED, "A service control policy denies"),
        ("ResourcePolicyLimitExceededException: too many", "OpsCenter was set up manually before"),
        ("Invalid target OU", "StackSets or the trusted access of Systems Manager was activated only just now"),
        ("Name tags failed to delete. Retaining resources", "removes the tags QSConfigName-* of the nodes"),
        ("Parameters: [UpdateSsmAgent] do not exist in the template", "has a name that AWS's template does not"),
        ("Role arn:aws:iam::111111111111:role/X can't be accessed", "A role by which Quick Setup works"),
        ("AWS::IAM::Role AWS-QuickSetup-X already exists", "Something of the same name is in the account"),
        ("LimitExceededException: rate", "A quota of the account is used up"),
        (
            "Account 333333333333 should have 'AWS-QuickSetup-Execution' role with trust relationship to Role 'X'.",
            "A role by which Quick Setup works in its own account is missing",
        ),
    ],
)
def test_known_reasons(run: Run, failing: Callable[..., str], reason: str, cause: str) -> None:
    failing(reason)
    output = explained(run("report", "explain", "scan"))
    assert f'"{reason}"' in output, "AWS's message, verbatim"
    assert f"{WORKLOAD} us-east-1" in output
    assert f"Sign in to account {WORKLOAD}, Region us-east-1." in output
    assert cause in output
    assert "Check the last operation of the StackSet" not in output
    assert "Cloud9" not in output


def test_an_unknown_reason_refers_to_cloudformation(run: Run, failing: Callable[..., str]) -> None:
    failing("Resource handler returned message: 42")
    output = explained(run("report", "explain", "scan"))
    assert '"Resource handler returned message: 42"' in output
    assert "AWS-QuickSetup-PatchPolicy-TA-" in output
    assert "Events of the stack" in output
    assert "quick-setup-results-troubleshooting.html" in output


def test_failures_are_grouped_by_reason(aws: Sandbox, run: Run, failing: Callable[..., str]) -> None:
    aws.fail_deployment("scan", ADMINISTRATOR, "us-east-1", DENIED)
    failing(DENIED)
    output = explained(run("report", "explain", "scan"))
    assert output.count(f'"{DENIED}"') == 1
    assert f"in 2 accounts and Regions: {ADMINISTRATOR} us-east-1; {WORKLOAD} us-east-1" in output


def test_missing_access_is_reported(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws)
    session = with_status("Deployment", "FAILED", NO_ACCESS)
    aws.client("cloudformation").deactivate_organizations_access()
    aws.client("organizations").disable_aws_service_access(ServicePrincipal="ssm.amazonaws.com")
    output = explained(run("report", "explain", "scan", session_factory=session))
    assert f'"{NO_ACCESS}"' in output
    assert "StackSets is not activated for the organization" in output
    assert "StackSets' access to the organization is DISABLED" in output
    assert "aws cloudformation activate-organizations-access" in output
    assert "Systems Manager has no trusted access" in output


def test_nodes_that_fail_are_the_instance_profile(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    arn = create(aws)
    (definition,) = aws.client("ssm-quicksetup").get_configuration_manager(ManagerArn=arn)["ConfigurationDefinitions"]
    session = with_status("AsyncExecutions", "FAILED", "2 of 3 associations failed.")
    output = explained(run("report", "explain", "scan", session_factory=session))
    assert '"2 of 3 associations failed."' in output
    assert f"{WORKLOAD} us-east-1" in output
    for expected in (
        "attach_instance_profile_policies = true",
        "AmazonSSMManagedInstanceCore and AWSQuickSetupPatchPolicyBaselineAccess",
        f"QSConfigId-{definition['Id']} = {definition['Id']}",
        f"aws-quicksetup-patchpolicy-{MANAGEMENT}-{definition['Id']}",
    ):
        assert expected in output


def test_nodes_of_another_type_read_no_baselines(aws: Sandbox, run: Run) -> None:
    prepare(aws)
    create(aws, definition=HOST_MANAGEMENT)
    session = with_status("AsyncExecutions", "FAILED", "2 of 3 associations failed.")
    output = explained(run("report", "explain", "scan", session_factory=session))
    assert "Which nodes: State Manager" in output
    assert "QSConfigId" not in output


def test_what_several_configurations_of_a_manager_are_not_deployed_to(aws: Sandbox, run: Run) -> None:
    """For one reason, in other Regions: none of them is left out."""
    prepare(aws)
    definitions = [
        changed(HOST_MANAGEMENT, TargetRegions="us-east-1"),
        changed(INSTANCE_MANAGEMENT, TargetRegions="ap-northeast-1"),
    ]
    aws.client("ssm-quicksetup").create_configuration_manager(Name="scan", ConfigurationDefinitions=definitions)
    output = explained(run("report", "explain", "scan"))
    (line,) = (line for line in output.splitlines() if "never reach the management account" in line)
    assert "us-east-1" in line
    assert "ap-northeast-1" in line


def test_the_message_of_the_manager_comes_first(aws: Sandbox, run: Run, failing: Callable[..., str]) -> None:
    failing("Resource handler returned message: 42")
    message = "Deployment failed, ResourceStatusReason: explicit deny in a service control policy"

    def change(parsed: dict[str, Any]) -> None:
        for summary in parsed["StatusSummaries"]:
            if summary["StatusType"] == "Deployment":
                summary["StatusMessage"] = message

    session = modifying("ssm-quicksetup.GetConfigurationManager", change)
    output = explained(run("report", "explain", "scan", "--member-role-name", ROLE, session_factory=session))
    assert output.index(f'AWS says of the whole: "{message}"') < output.index("Resource handler returned message: 42")
    assert "A service control policy denies" in output, "what AWS says of the account is unknown"
    assert "AssumeRole" not in {call.operation for call in aws.calls}, "the message is enough"


# Cloud9


@pytest.fixture
def cloud9(aws: Sandbox) -> Sandbox:
    prepare(aws)
    aws.fail_deployment("scan", WORKSHOP, "us-east-1", "Resource handler returned message: 42")
    create(aws, TargetRegions="eu-west-1,us-east-1")
    return aws


@pytest.mark.scenario("cloud9")
@pytest.mark.usefixtures("cloud9")
def test_an_environment_is_named_with_account_and_region(
    run: Run, api_calls: Callable[[], list[str]], cloud9: Sandbox
) -> None:
    output = explained(run("report", "explain", "scan", "--member-role-name", ROLE))
    assert f"{WORKSHOP} us-east-1 has the Cloud9 environment workshop (0a1b2c3d4e5f60718293a4b5c6d7e8f9)" in output
    assert api_calls().count("sts:AssumeRole") == 1, "only where something failed"
    assert {call.region for call in cloud9.calls if call.service == "cloud9"} == {"us-east-1"}


@pytest.mark.scenario("cloud9")
@pytest.mark.usefixtures("cloud9")
def test_without_a_role_there_is_a_hint(run: Run, api_calls: Callable[[], list[str]]) -> None:
    output = explained(run("report", "explain", "scan"))
    assert "--member-role-name" in output
    assert "sts:AssumeRole" not in api_calls()


@pytest.mark.scenario("cloud9")
@pytest.mark.usefixtures("cloud9")
def test_an_account_whose_role_cannot_be_assumed(run: Run) -> None:
    output = explained(run("report", "explain", "scan", "--member-role-name", "Nobody"))
    assert f"Whether account {WORKSHOP} has a Cloud9 environment could not be checked" in output
    assert "sts:AssumeRole failed" in output


# Whatever it is that is explained


def test_denied_checks_are_reported(aws: Sandbox, run: Run, failing: Callable[..., str]) -> None:
    failing(DENIED)
    for service, operation in (("cloudformation", "DescribeOrganizationsAccess"), ("iam", "GetRole")):
        aws.faults.inject(Fault(service, operation, "access_denied", times=1000))
    output = explained(run("report", "explain", "scan"))
    assert f'"{DENIED}"' in output
    assert output.count("could not be checked") >= 2
    assert "does not exist in account" not in output


def test_managers_of_one_name_are_all_explained(aws: Sandbox, run: Run, failing: Callable[..., str]) -> None:
    arns = [failing(DENIED), create(aws)]
    output = explained(run("report", "explain", "scan"))
    assert all(arn in output for arn in arns)
    assert arns[1] not in explained(run("report", "explain", arns[0]))


def test_json_is_one_document(run: Run, failing: Callable[..., str]) -> None:
    arn = failing(DENIED)
    (output,) = json.loads(explained(run("report", "explain", "scan", "--json")))
    assert (output["name"], output["arn"], output["deployment_status"]) == ("scan", arn, "FAILED")
    (failure,) = output["failures"]
    assert failure["reason"] == DENIED
    assert failure["account_regions"] == [{"account_id": WORKLOAD, "region": "us-east-1"}]
    assert failure["remedy"]


@pytest.mark.parametrize("command", ["explain", "redeploy", "discard"])
def test_an_unknown_name_is_refused_with_the_names_that_there_are(aws: Sandbox, run: Run, command: str) -> None:
    prepare(aws)
    create(aws)
    create(aws, "hosts", definition=HOST_MANAGEMENT)
    outcome = run("report", command, "scam")
    assert (outcome.status, outcome.stdout) == (1, "")
    assert outcome.stderr == (
        f'report.py {command}: configuration manager "scam" does not exist in account {MANAGEMENT} and Region '
        'us-east-1. Did you mean "scan"? The configuration managers are: hosts, scan.\n'
    )


def test_without_a_name_the_names_are_listed(aws: Sandbox, run: Run) -> None:
    assert "There is none: the module creates them in the management account" in run("report", "explain").stderr
    prepare(aws)
    create(aws)
    outcome = run("report", "explain")
    assert outcome.status == 1
    assert "name of a configuration manager is missing" in outcome.stderr
    assert "The configuration managers are: scan." in outcome.stderr


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("with an explicit deny in a service control policy", "A service control policy denies iam:CreateRole for"),
        ("because no identity-based policy allows the iam:CreateRole action", "Set permissions_boundary, role_path or"),
        ("because no permissions boundary allows the iam:CreateRole action", "The permissions boundary of the role"),
        ("for no reason", "No known issue has this wording."),
    ],
)
def test_an_error_of_terraform_is_explained_without_aws(
    run: Run, api_calls: Callable[[], list[str]], reason: str, said: str
) -> None:
    message = (
        "│ Error: creating IAM Role (x): operation error IAM: CreateRole, api error AccessDenied: User: arn:aws:sts::\n"
        "│ 222222222222:assumed-role/Terraform/x is not authorized to perform: iam:CreateRole on resource:\n"
        f"│ arn:aws:iam::222222222222:role/x {reason}"
    )
    outcome = run("report", "explain", "--message", message)
    assert outcome.status == 0
    assert said in outcome.stdout
    # The address of its section, where it has one.
    assert ("/docs/reference/known-issues.md#" in outcome.stdout) is not said.startswith("No known issue")
    assert api_calls() == []


@pytest.mark.parametrize("command", ["redeploy", "discard"])
def test_a_name_is_needed(run: Run, command: str) -> None:
    outcome = run("report", command)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith(f"report.py {command}: the following arguments are required: NAME.")


@pytest.mark.parametrize("arguments", [["scan"], ["--json"]])
def test_a_message_alone_is_explained(run: Run, arguments: list[str]) -> None:
    outcome = run("report", "explain", *arguments, "--message", "Access denied")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert outcome.stderr == ("report.py explain: --message explains a text, as text: leave NAME and --json out.\n")
