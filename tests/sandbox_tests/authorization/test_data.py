"""What calls to S3, KMS, Glue and Athena need, as AWS's service authorization reference lists it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.authorization.required_permissions import required_permissions
from sandbox.policies.request_context import RequestContext
from sandbox_tests.cases.data import BUCKET, DATABASE, OWNER, TYPE, WORKGROUP, build, finish, start

if TYPE_CHECKING:
    from sandbox import Sandbox

BUCKET_ARN = f"arn:aws:s3:::{BUCKET}"
CATALOG = f"arn:aws:glue:us-east-1:{OWNER}:catalog"
DATABASE_ARN = f"arn:aws:glue:us-east-1:{OWNER}:database/{DATABASE}"
TABLE_ARN = f"arn:aws:glue:us-east-1:{OWNER}:table/{DATABASE}/nodes"
WORKGROUP_ARN = f"arn:aws:athena:us-east-1:{OWNER}:workgroup/{WORKGROUP}"


def required(action: str, **parameters: Any) -> set[tuple[str, str]]:
    service, _, operation = action.partition(":")
    return {
        (permission.action, permission.resource)
        for permission in required_permissions(RequestContext(service, operation, parameters, OWNER, "us-east-1"))
    }


def test_actions_of_s3_operations(sandbox: Sandbox) -> None:
    assert sandbox.snapshot()["buckets"] == {}
    for operation, action in (
        ("HeadBucket", "ListBucket"),
        ("ListObjectsV2", "ListBucket"),
        ("GetBucketEncryption", "GetEncryptionConfiguration"),
        ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
        ("PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
        ("GetBucketPolicy", "GetBucketPolicy"),
        ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration"),
    ):
        assert required(f"s3:{operation}", Bucket=BUCKET) == {(f"s3:{action}", BUCKET_ARN)}
    for operation, parameters, action in (
        ("HeadObject", {}, "GetObject"),
        ("GetObject", {"VersionId": "1"}, "GetObjectVersion"),
        ("UploadPart", {}, "PutObject"),
        ("AbortMultipartUpload", {}, "AbortMultipartUpload"),
    ):
        assert required(f"s3:{operation}", Bucket=BUCKET, Key="a/b", **parameters) == {
            (f"s3:{action}", f"{BUCKET_ARN}/a/b")
        }
    many = {"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "1"}]}
    assert required("s3:DeleteObjects", Bucket=BUCKET, Delete=many) == {
        ("s3:DeleteObject", f"{BUCKET_ARN}/a"),
        ("s3:DeleteObjectVersion", f"{BUCKET_ARN}/b"),
    }


def test_keys_and_aliases(sandbox: Sandbox) -> None:
    kms = sandbox.client("kms", OWNER)
    key = kms.create_key(Description="data")["KeyMetadata"]
    alias = f"arn:aws:kms:us-east-1:{OWNER}:alias/data"
    both = {("kms:CreateAlias", alias), ("kms:CreateAlias", key["Arn"])}
    assert required("kms:CreateAlias", AliasName="alias/data", TargetKeyId=key["KeyId"]) == both
    kms.create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    assert required("kms:DeleteAlias", AliasName="alias/data") == {
        ("kms:DeleteAlias", alias),
        ("kms:DeleteAlias", key["Arn"]),
    }
    for name in (key["KeyId"], key["Arn"], "alias/data", alias):
        assert required("kms:DescribeKey", KeyId=name) == {("kms:DescribeKey", key["Arn"])}
    tagged = required("kms:CreateKey", Tags=[{"TagKey": "Owner", "TagValue": "cloud"}])
    assert tagged == {("kms:CreateKey", "*"), ("kms:TagResource", "*")}
    assert required("kms:ListAliases", KeyId=key["KeyId"]) == {("kms:ListAliases", "*")}
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    left = {"description": "data", "state": "PendingDeletion", "rotation": False, "aliases": ["alias/data"]}
    assert sandbox.snapshot()["kms_keys"] == {f"{OWNER} us-east-1": [left]}


def test_resources_of_glue() -> None:
    above = {CATALOG, DATABASE_ARN}
    for action, parameters, resources in (
        ("GetDatabase", {"Name": "Inventory"}, above),
        ("CreateDatabase", {"DatabaseInput": {"Name": DATABASE}}, above),
        ("GetTable", {"DatabaseName": DATABASE, "Name": "nodes"}, {*above, TABLE_ARN}),
        ("UpdateTable", {"DatabaseName": DATABASE, "TableInput": {"Name": "nodes"}}, {*above, TABLE_ARN}),
        ("GetPartitionIndexes", {"DatabaseName": DATABASE, "TableName": "nodes"}, {*above, TABLE_ARN}),
        ("GetTables", {"DatabaseName": DATABASE}, {*above, TABLE_ARN.replace("nodes", "*")}),
        ("GetTags", {"ResourceArn": DATABASE_ARN}, {DATABASE_ARN}),
    ):
        assert required(f"glue:{action}", **parameters) == {(f"glue:{action}", arn) for arn in resources}, action


def test_permissions_of_a_query(sandbox: Sandbox) -> None:
    key = sandbox.client("kms", OWNER).create_key()["KeyMetadata"]["Arn"]
    build(
        sandbox,
        ResultConfiguration={
            "OutputLocation": f"s3://{BUCKET}/results/",
            "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": key},
        },
    )
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]}
    sandbox.client("s3", OWNER).put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption)
    context = {"Database": DATABASE}
    requests = {"QueryString": "SELECT 1 FROM nodes", "WorkGroup": WORKGROUP, "QueryExecutionContext": context}
    assert required("athena:StartQueryExecution", **requests) == {
        ("athena:StartQueryExecution", WORKGROUP_ARN),
        *(("glue:GetDatabase", arn) for arn in (CATALOG, DATABASE_ARN)),
        *(("glue:GetTable", arn) for arn in (CATALOG, DATABASE_ARN, TABLE_ARN)),
        *(("glue:GetPartitions", arn) for arn in (CATALOG, DATABASE_ARN, TABLE_ARN)),
        ("s3:GetBucketLocation", BUCKET_ARN),
        ("s3:ListBucket", BUCKET_ARN),
        ("s3:GetObject", f"{BUCKET_ARN}/sync/{TYPE}/accountid=*/region=*/*"),
        ("s3:PutObject", f"{BUCKET_ARN}/results/*"),
        ("kms:Decrypt", key),
        ("kms:GenerateDataKey", key),
    }
    query_id = finish(sandbox, start(sandbox, "SELECT 1"))["QueryExecutionId"]
    assert required("athena:GetQueryExecution", QueryExecutionId=query_id) == {
        ("athena:GetQueryExecution", WORKGROUP_ARN)
    }
    assert required("athena:GetQueryResults", QueryExecutionId=query_id) == {
        ("athena:GetQueryResults", WORKGROUP_ARN),
        ("s3:GetObject", f"{BUCKET_ARN}/results/{query_id}.csv"),
        ("kms:Decrypt", key),
    }
    assert required("s3:PutObject", Bucket=BUCKET, Key="a") == {
        ("s3:PutObject", f"{BUCKET_ARN}/a"),
        ("kms:GenerateDataKey", key),
    }


def test_resources_of_athena(sandbox: Sandbox) -> None:
    build(sandbox)
    athena = sandbox.client("athena", OWNER)
    query_id = athena.create_named_query(Name="a", Database="b", QueryString="SELECT 1", WorkGroup=WORKGROUP)
    for action, parameters in (
        ("CreateNamedQuery", {"WorkGroup": WORKGROUP}),
        ("GetNamedQuery", {"NamedQueryId": query_id["NamedQueryId"]}),
        ("BatchGetNamedQuery", {"NamedQueryIds": [query_id["NamedQueryId"]]}),
        ("CreateWorkGroup", {"Name": WORKGROUP}),
        ("ListNamedQueries", {"WorkGroup": WORKGROUP}),
        ("ListTagsForResource", {"ResourceARN": WORKGROUP_ARN}),
    ):
        assert required(f"athena:{action}", **parameters) == {(f"athena:{action}", WORKGROUP_ARN)}
