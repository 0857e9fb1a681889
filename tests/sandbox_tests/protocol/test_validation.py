"""The validation of requests and answers can fail: in every protocol, for every kind of break."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.loaders import Loader
from moto.core.request import Request
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from sandbox import Scenario
from sandbox.protocol.operations import Operation, identify, protocol_of
from sandbox.protocol.patterns import UNREADABLE, UnreadablePatternError, compiled, matches
from sandbox.protocol.validation import EXEMPTIONS, constraint_problems, request_problems, response_problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox import Sandbox

MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ROLE = {
    "Path": "/",
    "RoleName": "Deployment",
    "RoleId": "AROA1234567890123456",
    "Arn": "arn:aws:iam::111111111111:role/Deployment",
    "CreateDate": MOMENT,
}
MANAGER = {
    "ManagerArn": "arn:aws:ssm-quicksetup:us-east-1:111111111111:configuration-manager/0a1b2c3d",
    "Name": "patches",
    "ConfigurationDefinitions": [{"Id": "patches-1", "Type": "AWSQuickSetupType-PatchPolicy", "Parameters": {}}],
    "StatusSummaries": [
        {"StatusType": "Deployment", "Status": "SUCCEEDED", "LastUpdatedAt": MOMENT, "StatusDetails": {}}
    ],
}

# One good answer for each protocol: service, operation, result.
GOOD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "json": (
        "organizations",
        "ListRoots",
        {"Roots": [{"Id": "r-abcd", "Name": "Root", "PolicyTypes": [{"Type": "TAG_POLICY", "Status": "ENABLED"}]}]},
    ),
    "rest-json": ("ssm-quicksetup", "GetConfigurationManager", MANAGER),
    "query": ("iam", "GetRole", {"Role": ROLE}),
    "query-enum": ("cloudformation", "DescribeOrganizationsAccess", {"Status": "ENABLED"}),
    "query-list": ("iam", "ListRoles", {"Roles": [ROLE], "IsTruncated": False}),
    "ec2": ("ec2", "DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1", "State": "available", "IsDefault": True}]}),
    "rest-xml": ("s3", "GetBucketVersioning", {"Status": "Enabled"}),
    "rest-xml-list": ("s3", "ListBuckets", {"Buckets": [{"Name": "logs", "CreationDate": MOMENT}]}),
}

# A change of the valid response, and the expected message.
BROKEN = [
    pytest.param("json", '"Roots"', '"Rots"', "ListRootsResponse has no member 'Rots'", id="json-renamed"),
    pytest.param("json", '"r-abcd"', '"abcd"', "regular expression pattern: ^r-[0-9a-z]{4,32}$", id="json-pattern"),
    pytest.param("json", '"TAG_POLICY"', '"TAGS"', "Member must satisfy enum value set", id="json-enum"),
    pytest.param("json", '"r-abcd"', "7", "Value '7' at 'roots.1.member.id' failed", id="json-type"),
    pytest.param("json", '"Root"', f'"{"x" * 129}"', "length less than or equal to 128", id="json-too-long"),
    pytest.param("json", "{", "[", "not JSON", id="json-malformed"),
    pytest.param("rest-json", '"ManagerArn"', '"Arn"', "Value null at 'managerArn'", id="rest-json-required"),
    pytest.param("rest-json", '"Name"', '"ManagerName"', "has no member 'ManagerName'", id="rest-json-renamed"),
    pytest.param("rest-json", '"SUCCEEDED"', '"SUCEEDED"', "at 'statusSummaries.1.member.status'", id="rest-json-enum"),
    pytest.param("rest-json", '"2026-01-05T09:00:00Z"', "1767603600", "in the form iso8601", id="rest-json-timestamp"),
    pytest.param(
        "rest-json",
        "AWSQuickSetupType-",
        "A ",
        "'configurationDefinitions.1.member.type' failed",
        id="rest-json-pattern",
    ),
    pytest.param("query", "<Arn>arn:aws:iam::111111111111:role/Deployment</Arn>", "", "'role.arn'", id="query-removed"),
    pytest.param("query", "RoleName>", "Name>", "Role has no member 'Name'", id="query-renamed"),
    pytest.param("query", ">Deployment<", ">Deploy ment<", "at 'role.roleName' failed", id="query-pattern"),
    pytest.param("query", "2026-01-05T09:00:00Z", "yesterday", "yesterday", id="query-timestamp"),
    pytest.param("query", "GetRoleResult", "RoleResult", "GetRoleResult", id="query-wrapper"),
    pytest.param("query", "GetRoleResponse", "GetUserResponse", "the root is 'GetUserResponse'", id="query-root"),
    pytest.param("query", "<Path>/</Path>", "<Path>/</Path><Path>/</Path>", "is there 2 times", id="query-twice"),
    pytest.param("query-enum", "ENABLED", "ON", "[ENABLED, DISABLED, DISABLED_PERMANENTLY]", id="query-enum"),
    pytest.param("query-list", "member>", "item>", "holds 'item' in place of 'member'", id="query-list"),
    pytest.param("query-list", ">false<", ">no<", "'no' is not a booleanType", id="query-boolean"),
    pytest.param("ec2", "vpcId>", "id>", "Vpc has no member 'id'", id="ec2-renamed"),
    pytest.param("ec2", "available", "ready", "Member must satisfy enum value set: [pending, ", id="ec2-enum"),
    pytest.param("rest-xml", "Enabled", "On", "Member must satisfy enum value set", id="rest-xml-enum"),
    pytest.param("rest-xml", "Status>", "State>", "has no member 'State'", id="rest-xml-renamed"),
    pytest.param("rest-xml-list", "Name>", "Title>", "Bucket has no member 'Title'", id="rest-xml-list-renamed"),
]


def operation_named(service: str, name: str) -> Operation:
    return Operation(service, name, str(protocol_of(service)), get_service_model(service).operation_model(name))


def serialized(operation: Operation, result: object) -> tuple[int, dict[str, str], bytes]:
    serializer = get_serializer_class(operation.service, operation.protocol)(operation_model=operation.model)
    response = serializer.serialize(result)
    body = response["body"]
    return response["status_code"], dict(response["headers"]), body if isinstance(body, bytes) else body.encode()


@pytest.mark.parametrize("name", GOOD)
def test_valid_responses(name: str) -> None:
    service, operation_name, result = GOOD[name]
    operation = operation_named(service, operation_name)

    assert response_problems(operation, *serialized(operation, result)) == []


@pytest.mark.parametrize(("name", "good", "bad", "message"), BROKEN)
def test_invalid_responses(name: str, good: str, bad: str, message: str) -> None:
    service, operation_name, result = GOOD[name]
    operation = operation_named(service, operation_name)
    status, headers, body = serialized(operation, result)
    assert good.encode() in body

    problems = response_problems(operation, status, headers, body.replace(good.encode(), bad.encode()))

    assert any(message in problem for problem in problems), problems


def test_a_success_of_another_status_is_refused() -> None:
    operation = operation_named(*GOOD["json"][:2])
    _, headers, body = serialized(operation, GOOD["json"][2])
    assert response_problems(operation, 202, headers, body) == ["HTTP status 202 in place of 200"]


@pytest.mark.parametrize(
    ("service", "name", "empty", "content"),
    [
        ("organizations", "DisableAWSServiceAccess", "", '{"Done": true}'),
        ("ssm-quicksetup", "UpdateServiceSettings", "{}", '{"Done": true}'),
        ("iam", "DeleteRole", "<DeleteRoleResponse/>", "<DeleteRoleResponse><Done/></DeleteRoleResponse>"),
        ("s3", "PutBucketVersioning", "", "<Done/>"),
    ],
)
def test_operations_without_a_result(service: str, name: str, empty: str, content: str) -> None:
    operation = operation_named(service, name)
    status = operation.model.http.get("responseCode", 200)

    assert response_problems(operation, status, {}, empty.encode()) == []
    assert "no" in response_problems(operation, status, {}, content.encode())[0]


JSON_ERROR = '{{"__type": "{}", "message": "Because."}}'
XML_ERROR = "<ErrorResponse><Error><Code>{}</Code><Message>Because.</Message></Error></ErrorResponse>"


@pytest.mark.parametrize(
    ("service", "name", "status", "body", "passes"),
    [
        ("organizations", "ListRoots", 400, JSON_ERROR.format("AWSOrganizationsNotInUseException"), True),
        ("organizations", "ListRoots", 400, JSON_ERROR.format("ThrottlingException"), True),
        ("organizations", "ListRoots", 400, JSON_ERROR.format("AccountNotFoundException"), False),
        ("organizations", "ListRoots", 500, JSON_ERROR.format("AWSOrganizationsNotInUseException"), False),
        ("organizations", "ListRoots", 400, '{"message": "Because."}', False),
        ("organizations", "ListRoots", 500, "<html>Internal Server Error</html>", False),
        ("ssm-quicksetup", "GetConfigurationManager", 404, JSON_ERROR.format("ResourceNotFoundException"), True),
        ("ssm-quicksetup", "GetConfigurationManager", 400, JSON_ERROR.format("ResourceNotFoundException"), False),
        ("iam", "GetRole", 404, XML_ERROR.format("NoSuchEntity"), True),
        ("iam", "GetRole", 404, XML_ERROR.format("NoSuchEntityException"), False),
        ("iam", "GetRole", 403, XML_ERROR.format("AccessDenied"), True),
        ("iam", "GetRole", 409, XML_ERROR.format("EntityAlreadyExists"), False),
    ],
)
def test_error_codes(service: str, name: str, status: int, body: str, passes: bool) -> None:
    problems = response_problems(operation_named(service, name), status, {}, body.encode())
    assert (problems == []) is passes, problems


def test_the_members_of_an_error_are_validated_too() -> None:
    operation = operation_named("organizations", "RegisterDelegatedAdministrator")
    body = {"__type": "ConstraintViolationException", "Message": "No.", "Reason": "SERVICE_ACCESS_NOT_ENABLED"}

    assert response_problems(operation, 400, {}, json.dumps(body).encode()) == []
    for wrong in ({"Reason": "NOT_TODAY"}, {"Reason": None, "Because": "x"}):
        assert response_problems(operation, 400, {}, json.dumps({**body, **wrong}).encode())


def request(
    service: str, body: str, *, target: str = "", path: str = "/", method: str = "POST", query: str = ""
) -> tuple[Operation, Request]:
    protocol = protocol_of(service)
    types = {"json": "application/x-amz-json-1.1", "rest-json": "application/json", "rest-xml": "application/xml"}
    headers = {"Content-Type": types.get(str(protocol), "application/x-www-form-urlencoded; charset=utf-8")}
    if target:
        headers["X-Amz-Target"] = target
    build = Request.from_primitives(method, f"http://127.0.0.1{path}?{query}", headers, body.encode())
    return identify(build, service), build


MANAGER_PATH = (
    "/configurationManager/arn%3Aaws%3Assm-quicksetup%3Aus-east-1%3A111111111111%3Aconfiguration-manager%2F"
    "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
)


CREATE_UNIT = {"target": "AWSOrganizationsV20161128.CreateOrganizationalUnit"}
LIST_ROOTS = {"target": "AWSOrganizationsV20161128.ListRoots"}
GET_MANAGER = {"path": MANAGER_PATH, "method": "GET"}


@pytest.mark.parametrize(
    ("service", "body", "options", "message"),
    [
        ("organizations", '{"ParentId": "r-abcd", "Name": "A"}', CREATE_UNIT, None),
        ("organizations", '{"ParentId": "r-a", "Nam": "B"}', CREATE_UNIT, "Request has no member 'Nam'"),
        (
            "organizations",
            "{}",
            CREATE_UNIT,
            "Value null at 'parentId' failed to satisfy constraint: Member must not be",
        ),
        ("organizations", "{", LIST_ROOTS, "not JSON"),
        ("organizations", '{"MaxResults": 21}', LIST_ROOTS, "Member must have value less than or equal to 20"),
        ("organizations", '{"MaxResults": "2"}', LIST_ROOTS, "Member must be of type integer"),
        ("ssm-quicksetup", "", GET_MANAGER, None),
        ("ssm-quicksetup", '{"Nam": "x"}', {"path": MANAGER_PATH, "method": "PUT"}, "has no member 'Nam'"),
        ("ssm-quicksetup", "", {**GET_MANAGER, "query": "max=1"}, "no parameter 'max'"),
        ("ssm-quicksetup", "", {**GET_MANAGER, "path": "/configurationManager/x"}, "at 'managerArn' failed"),
        ("iam", "Action=ListRoles&Version=2010-05-08&MaxItems=5", {}, None),
        ("iam", "Action=ListRoles&Version=2010-05-08&MaxItem=5", {}, "the request has no parameter 'MaxItem'"),
        ("iam", "Action=GetRole&Version=2010-05-08", {}, "Value null at 'roleName'"),
        ("iam", "Action=ListRoles&Version=2010-05-08&MaxItems=many", {}, "cannot be read"),
        (
            "cloudformation",
            "Action=DescribeOrganizationsAccess&CallAs=ME",
            {},
            "enum value set: [SELF, DELEGATED_ADMIN]",
        ),
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1", {}, None),
        ("ec2", "Action=DescribeVpcs&Version=2016-11-15&Vpc.1=vpc-1", {}, "the request has no parameter 'Vpc.1'"),
        (
            "s3",
            "<VersioningConfiguration><State>On</State></VersioningConfiguration>",
            {"path": "/b", "method": "PUT", "query": "versioning"},
            "VersioningConfiguration has no member 'State'",
        ),
    ],
)
def test_requests(service: str, body: str, options: dict[str, str], message: str | None) -> None:
    problems = request_problems(*request(service, body, **options))
    assert (problems == []) if message is None else any(message in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("service", "shape", "value", "message"),
    [
        ("ssm-quicksetup", "TagsMap", {"a": "x" * 257}, "Member must have length less than or equal to 256"),
        ("ssm", "PatchRuleGroup", {"PatchRules": [{}] * 11}, "Member must have length less than or equal to 10"),
        ("iam", "booleanType", "true", "Member must be of type boolean"),
        ("iam", "maxItemsType", True, "Member must be of type integer"),
        ("ssm", "NodeFilterList", [], "Member must have length greater than or equal to 1"),
        ("ssm", "DateTime", "2026-01-05", "Member must be of type timestamp"),
    ],
)
def test_constraints(service: str, shape: str, value: object, message: str) -> None:
    assert message in constraint_problems(get_service_model(service).shape_for(shape), value)[0]


def test_patterns_are_java_s_and_apply_to_the_whole_value() -> None:
    assert matches(r"[\w+=,.@-]+", "Role_1")
    assert not matches(r"[\w+=,.@-]+", "Role 1")
    assert not matches(r"[\w+=,.@-]+", "Rôle")  # Java's \w is ASCII
    assert matches(r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "Rôle 本番")
    assert not matches("^[a-z]+$", "abc\n")
    assert matches(r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a 😀")


def test_the_patterns_that_cannot_be_read_are_the_named_ones() -> None:
    subject = (
        "organizations",
        "cloudformation",
        "iam",
        "sts",
        "ssm",
        "ssm-quicksetup",
        "s3",
        "kms",
        "ec2",
        "athena",
        "glue",
    )
    with_unreadable = ("dlm", "ds", "iot-managed-integrations", "location", "rbin")
    loader = Loader()
    unreadable: dict[str, str] = {}
    for service in (*subject, *with_unreadable):
        for shape in loader.load_service_model(service, "service-2")["shapes"].values():
            try:
                compiled(shape.get("pattern", ""))
            except UnreadablePatternError:
                unreadable[shape["pattern"]] = service
    assert unreadable.keys() == UNREADABLE
    assert set(unreadable.values()) == set(with_unreadable)


def test_exemptions_of_the_tested_services() -> None:
    subject = {"organizations", "cloudformation", "iam", "sts", "ssm", "ssm-quicksetup"}
    exempt = [exemption for exemption in EXEMPTIONS if exemption.service in subject]
    assert [exemption.operation for exemption in exempt] == ["DescribeInstancePatches", "*Document"]
    assert all(exemption.reason for exemption in EXEMPTIONS)


def test_each_exemption_is_still_needed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    node = {
        "id": "i-0123456789abcdef0",
        "account_id": "111111111111",
        "region": "us-east-1",
        "platform": "Ubuntu",
        "platform_version": "22.04",
        "agent_version": "3.3.3050.0",
        "instance_profile": "Profile",
        "scanned_at": 1,
        "patches": {"installed": 1},
    }
    management = {"id": "111111111111", "name": "Management", "email": "management@example.com"}
    sandbox.reset(Scenario.parse({"description": "One node.", "management_account": management, "instances": [node]}))
    s3, ssm = sandbox.client("s3", region="eu-west-1"), sandbox.client("ssm")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket="bucket")["LocationConstraint"] == "eu-west-1"
    ssm.describe_instance_patch_states(InstanceIds=[node["id"]])
    assert ssm.describe_instance_patches(InstanceId=node["id"])["Patches"]
    document = {
        "schemaVersion": "2.2",
        "description": "Every type that documents have beside String and StringList.",
        "parameters": {name: {"type": name} for name in ("Boolean", "Integer", "MapList", "StringMap")},
        "mainSteps": [],
    }
    request = {"Content": json.dumps(document), "DocumentType": "Command", "DocumentFormat": "JSON"}
    created = ssm.create_document(Name="Typed", **request)["DocumentDescription"]
    assert {parameter["Type"] for parameter in created["Parameters"]} == set(document["parameters"])
    monkeypatch.setattr("sandbox.protocol.validation.EXEMPTIONS", ())
    with pytest.raises(ssm.exceptions.ClientError, match="SandboxModelViolation"):
        ssm.describe_instance_patch_states(InstanceIds=[node["id"]])
    with pytest.raises(ssm.exceptions.ClientError, match="SandboxModelViolation"):
        ssm.describe_instance_patches(InstanceId=node["id"])
    with pytest.raises(ssm.exceptions.ClientError, match="SandboxModelViolation"):
        ssm.create_document(Name="Again", **request)
    with pytest.raises(s3.exceptions.ClientError, match="SandboxModelViolation"):
        s3.get_bucket_location(Bucket="bucket")
    sandbox.violations.clear()
    assert [exemption.operation for exemption in EXEMPTIONS] == [
        "*",
        "GetBucketLocation",
        # EC2's two are seen by moto's own tests.
        "DescribeInternetGateways",
        "*",
        "DescribeInstancePatches",
        "*Document",
    ]


@pytest.mark.parametrize(
    ("service", "call", "good", "bad"),
    [
        ("organizations", "list_roots", b'"Roots"', b'"Rots"'),
        ("organizations", "describe_organization", b'"ALL"', b'"SOME"'),
        ("ssm-quicksetup", "list_configuration_managers", b"{", b'{"ManagerList": [], '),
        ("ssm-quicksetup", "list_configuration_managers", b'"ConfigurationManagersList"', b'"ConfigurationManagers"'),
        ("sts", "get_caller_identity", b"Account>", b"AccountNumber>"),
        ("cloudformation", "describe_organizations_access", b"DISABLED", b"OFF"),
        ("iam", "list_roles", b"<Roles", b"<Rolls"),
    ],
)
def test_the_running_sandbox_rejects_invalid_responses(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, service: str, call: str, good: bytes, bad: bytes
) -> None:
    client = sandbox.client(service)
    getattr(client, call)()
    assert sandbox.violations == []
    application = sandbox._gateway._application

    def tampered(environment: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = b"".join(application(environment, start_response))
        assert good in body
        return [body.replace(good, bad, 1 if service == "ssm-quicksetup" else -1)]

    monkeypatch.setattr(sandbox._gateway, "_application", tampered)
    with pytest.raises(client.exceptions.ClientError) as caught:
        getattr(client, call)()

    assert caught.value.response["Error"]["Code"] == "SandboxModelViolation"
    (violation,) = sandbox.violations
    assert (violation.direction, violation.service) == ("response", service)
    sandbox.violations.clear()
