# Compliance reporting: bucket and key policies, deployed syncs, tables and outputs.

mock_provider "external" {}

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "222222222222" }
  }
  mock_data "aws_region" {
    defaults = { id = "us-east-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_organizations_organization" {
    defaults = {
      id                = "o-sandbox0001"
      master_account_id = "111111111111"
      roots             = [{ id = "r-ab12", arn = "", name = "Root", policy_types = [] }]
      accounts = [
        { id = "333333333333", arn = "", email = "member@example.com", name = "Member", status = "ACTIVE" },
        { id = "444444444444", arn = "", email = "closed@example.com", name = "Closed", status = "SUSPENDED" },
        { id = "555555555555", arn = "", email = "closing@example.com", name = "Closing", status = "PENDING_CLOSURE" },
        { id = "111111111111", arn = "", email = "management@example.com", name = "Management", status = "ACTIVE" },
        { id = "222222222222", arn = "", email = "administrator@example.com", name = "Administrator", status = "ACTIVE" },
      ]
    }
  }
  mock_data "aws_organizations_delegated_administrators" {
    defaults = {
      delegated_administrators = [{
        arn = "", delegation_enabled_date = "", email = "", id = "222222222222", joined_method = "", joined_timestamp = "", name = "", status = "ACTIVE"
      }]
    }
  }
  mock_resource "aws_kms_key" {
    defaults = {
      arn    = "arn:aws:kms:us-east-1:222222222222:key/0123abcd-45ef-67ab-89cd-012345efabcd"
      key_id = "0123abcd-45ef-67ab-89cd-012345efabcd"
    }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { id = "patch-compliance-222222222222-us-east-1", arn = "arn:aws:s3:::patch-compliance-222222222222-us-east-1" }
  }
  mock_resource "aws_cloudformation_stack_instances" {
    defaults = { stack_instance_summaries = [{ account_id = "333333333333", region = "us-east-1", detailed_status = "SUCCEEDED" }] }
  }
}

variables {
  regions        = ["us-east-1", "ap-northeast-1"]
  python_command = null
}

run "bucket_and_key_policies" {
  module {
    source = "./modules/compliance-reporting"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Action => [statement.Effect, statement.Principal, statement.Resource, lookup(statement, "Condition", {})]
      if statement.Effect == "Allow"
      } == {
      "s3:GetBucketAcl" = ["Allow", { Service = "ssm.amazonaws.com" }, "arn:aws:s3:::patch-compliance-222222222222-us-east-1", {}]
      "s3:PutObject" = [
        "Allow", { Service = "ssm.amazonaws.com" }, "arn:aws:s3:::patch-compliance-222222222222-us-east-1/inventory/*/accountid=*/*",
        { StringEquals = { "s3:x-amz-acl" = "bucket-owner-full-control", "aws:SourceOrgID" = "o-sandbox0001" } },
      ]
      "s3:PutObjectTagging" = [
        "Allow", { Service = "ssm.amazonaws.com" }, "arn:aws:s3:::patch-compliance-222222222222-us-east-1/inventory/*/accountid=*/*",
        { StringEquals = { "aws:SourceOrgID" = "o-sandbox0001" } },
      ]
    }
    error_message = "Only Systems Manager of this organization may write below the prefix."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : [statement.Principal, statement.Action, statement.Condition]
      if statement.Effect == "Deny"
    ] == [["*", "s3:*", { Bool = { "aws:SecureTransport" = "false" } }]]
    error_message = "Requests without TLS are denied."
  }

  assert {
    condition = [
      for statement in jsondecode(aws_kms_key.this[0].policy).Statement : [statement.Principal, statement.Action, lookup(statement, "Condition", {})]
      ] == [
      [{ AWS = "arn:aws:iam::222222222222:root" }, "kms:*", {}],
      [{ Service = "ssm.amazonaws.com" }, "kms:GenerateDataKey", { StringEquals = { "aws:SourceOrgID" = "o-sandbox0001" } }],
    ]
    error_message = "The account administers the key; Systems Manager of this organization encrypts with it and reads nothing."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy == false && aws_athena_workgroup.this.force_destroy == false
    error_message = "Objects are deleted only with force_destroy."
  }
}

run "stack_set" {
  module {
    source = "./modules/compliance-reporting"
  }

  assert {
    condition = {
      for name, resource in jsondecode(module.stack_set.template_body).Resources : resource.Type => {
        for key, value in resource.Properties : key => value if key != "SyncName"
      }
      } == {
      "AWS::SSM::ResourceDataSync" = {
        SyncType = "SyncToDestination"
        S3Destination = {
          BucketName   = "patch-compliance-222222222222-us-east-1"
          BucketPrefix = "inventory"
          BucketRegion = "us-east-1"
          KMSKeyArn    = "arn:aws:kms:us-east-1:222222222222:key/0123abcd-45ef-67ab-89cd-012345efabcd"
          SyncFormat   = "JsonSerDe"
        }
      }
    }
    error_message = "Each account and Region has a sync into the bucket."
  }

  assert {
    condition     = toset(local.targets) == toset(["r-ab12"])
    error_message = "The whole organization."
  }
}

run "tables" {
  module {
    source = "./modules/compliance-reporting"
  }

  assert {
    condition     = toset(keys(aws_glue_catalog_table.this)) == toset(["instance_information", "patch_summary", "compliance_summary", "compliance_item"])
    error_message = "The tables are ${jsonencode(keys(aws_glue_catalog_table.this))}."
  }

  assert {
    condition = {
      for key, value in aws_glue_catalog_table.this["patch_summary"].parameters : key => value
      if startswith(key, "projection.") || startswith(key, "storage.")
      } == {
      "projection.enabled"             = "true"
      "projection.accountid.type"      = "enum"
      "projection.accountid.values"    = "111111111111,222222222222,333333333333,555555555555"
      "projection.region.type"         = "enum"
      "projection.region.values"       = "ap-northeast-1,us-east-1"
      "projection.resourcetype.type"   = "enum"
      "projection.resourcetype.values" = "ManagedInstanceInventory"
      "storage.location.template"      = "s3://patch-compliance-222222222222-us-east-1/inventory/AWS:PatchSummary/accountid=$${accountid}/region=$${region}/resourcetype=$${resourcetype}/"
    }
    error_message = "Every account but closed ones, in the Regions that are collected from, where the syncs write."
  }

  assert {
    condition     = [for key in aws_glue_catalog_table.this["patch_summary"].partition_keys : key.name] == ["accountid", "region", "resourcetype"]
    error_message = "The partitions are those of the paths."
  }

  assert {
    condition = alltrue([
      for key, table in aws_glue_catalog_table.this :
      length(setintersection(table.storage_descriptor[0].columns[*].name, table.partition_keys[*].name)) == 0
    ])
    error_message = "Nothing is a column and a partition of the same table."
  }

  assert {
    condition = (
      length(aws_athena_named_query.this) >= 8 &&
      alltrue([for key, query in aws_athena_named_query.this : query.name != key && query.description != ""])
    )
    error_message = "Every question has a title and a description."
  }
}

run "outputs" {
  module {
    source = "./modules/compliance-reporting"
  }

  assert {
    condition = output.report_arguments == {
      s3 = [
        "--source", "s3", "--bucket", "patch-compliance-222222222222-us-east-1", "--prefix", "inventory", "--stack-set", "patch-compliance",
      ]
      athena = [
        "--source", "athena", "--workgroup", "patch-compliance", "--database", "patch_compliance", "--stack-set", "patch-compliance",
      ]
    }
    error_message = "The arguments of the report name the bucket and the tables."
  }

  assert {
    condition = { for key, value in output.management_account_sync : key => value if key != "name" } == {
      bucket_name = "patch-compliance-222222222222-us-east-1"
      prefix      = "inventory"
      region      = "us-east-1"
      kms_key_arn = "arn:aws:kms:us-east-1:222222222222:key/0123abcd-45ef-67ab-89cd-012345efabcd"
    }
    error_message = "The management account's own sync writes to the same place."
  }

  assert {
    condition     = output.management_account_sync.name == jsondecode(module.stack_set.template_body).Resources.Sync.Properties.SyncName
    error_message = "It has the name of all others."
  }
}

run "own_key_and_organizational_units" {
  module {
    source = "./modules/compliance-reporting"
  }

  variables {
    kms_key_arn             = "arn:aws:kms:us-east-1:222222222222:key/11111111-45ef-67ab-89cd-012345efabcd"
    created_key_kept        = false
    organizational_unit_ids = ["ou-ab12-34cd56ef", "ou-ab12-78gh90ij"]
    access_log_bucket       = { name = "access-logs" }
  }

  assert {
    condition     = length(aws_kms_key.this) == 0 && length(aws_kms_alias.this) == 0
    error_message = "No key is created."
  }

  assert {
    condition = toset(flatten([
      output.kms_key_arn,
      jsondecode(module.stack_set.template_body).Resources.Sync.Properties.S3Destination.KMSKeyArn,
      [for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule : rule.apply_server_side_encryption_by_default[0].kms_master_key_id],
      aws_athena_workgroup.this.configuration[0].result_configuration[0].encryption_configuration[0].kms_key_arn,
    ])) == toset(["arn:aws:kms:us-east-1:222222222222:key/11111111-45ef-67ab-89cd-012345efabcd"])
    error_message = "Everything is encrypted with the key that was named."
  }

  assert {
    condition     = toset(local.targets) == toset(["ou-ab12-34cd56ef", "ou-ab12-78gh90ij"])
    error_message = "Only these units."
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "access-logs" && aws_s3_bucket_logging.this[0].target_prefix == "patch-compliance/"
    error_message = "Access is logged to the bucket of the input."
  }
}

run "account_that_is_not_an_administrator_of_stack_sets" {
  command = plan

  module {
    source = "./modules/compliance-reporting"
  }

  override_data {
    target = data.aws_organizations_delegated_administrators.stack_sets[0]
    values = { delegated_administrators = [] }
  }

  expect_failures = [aws_s3_bucket.this]
}

run "key_of_another_region" {
  command = plan

  module {
    source = "./modules/compliance-reporting"
  }

  variables {
    kms_key_arn      = "arn:aws:kms:eu-west-1:222222222222:key/11111111-45ef-67ab-89cd-012345efabcd"
    created_key_kept = false
  }

  expect_failures = [aws_s3_bucket.this]
}
