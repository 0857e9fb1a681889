# A resource data sync in every account and Region. CloudFormation knows no DestinationDataSharing, so each is a sync of its own
# account, which the bucket lets in as one of the organization.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ssm-resourcedatasync-s3destination.html

locals {
  destination = {
    BucketName   = local.bucket_name
    BucketPrefix = var.prefix
    BucketRegion = local.region
    KMSKeyArn    = local.kms_key_arn
    SyncFormat   = "JsonSerDe"
  }

  # Every property of the destination replaces the sync, and CloudFormation makes the new one before it deletes the old one,
  # which therefore must have another name.
  sync_name = "${var.name}-${substr(sha1(jsonencode(local.destination)), 0, 8)}"

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = var.organizational_unit_ids == null ? local.root_ids : sort(var.organizational_unit_ids)

  instances        = aws_cloudformation_stack_instances.this.stack_instance_summaries == null ? [] : aws_cloudformation_stack_instances.this.stack_instance_summaries
  failed_instances = [for instance in local.instances : instance if contains(["FAILED", "CANCELLED", "INOPERABLE"], instance.detailed_status)]
}

resource "aws_cloudformation_stack_set" "this" {
  name             = var.name
  description      = "Patch compliance of the organization: a resource data sync in each account and Region."
  permission_model = "SERVICE_MANAGED"
  call_as          = "DELEGATED_ADMIN"
  template_body = jsonencode({
    Description = "Inventory and patch compliance, for the bucket ${local.bucket_name} of account ${local.account_id}."
    Resources = {
      Sync = {
        Type       = "AWS::SSM::ResourceDataSync"
        Properties = { SyncName = local.sync_name, SyncType = "SyncToDestination", S3Destination = local.destination }
      }
    }
  })
  tags = var.tags

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  # Operations that do not touch each other need not wait for each other, so that an account that joins is not refused.
  managed_execution {
    active = true
  }

  # One account that fails, or all of them, stops no other: the check below tells.
  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  timeouts {
    update = "90m"
  }

  lifecycle {
    # The provider's default for it, though a service-managed StackSet has none.
    # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/cloudformation_stack_set
    ignore_changes = [administration_role_arn]
  }

  # A sync is refused where it may not write.
  depends_on = [
    aws_s3_bucket_ownership_controls.this, aws_s3_bucket_policy.this, aws_s3_bucket_server_side_encryption_configuration.this,
  ]
}

resource "terraform_data" "targets" {
  input = local.targets
}

resource "aws_cloudformation_stack_instances" "this" {
  stack_set_name = aws_cloudformation_stack_set.this.name
  call_as        = "DELEGATED_ADMIN"
  regions        = var.regions

  deployment_targets {
    organizational_unit_ids = local.targets
  }

  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  timeouts {
    create = "90m"
    update = "90m"
    delete = "90m"
  }

  lifecycle {
    # The provider reads them from the instances, and a unit that has no account yet has none: every plan would add it.
    # https://github.com/hashicorp/terraform-provider-aws/issues/40243
    ignore_changes       = [deployment_targets]
    replace_triggered_by = [terraform_data.targets]
  }
}

check "syncs" {
  assert {
    condition = length(local.failed_instances) == 0
    error_message = join("\n", concat(
      ["Nothing arrives from these accounts and Regions, as StackSets could not make their resource data syncs:"],
      [for instance in local.failed_instances : "- ${instance.account_id} ${instance.region}: ${instance.status_reason}"],
      ["Once that is mended, make them again: terraform apply -replace='module.<this module>.aws_cloudformation_stack_instances.this'"],
    ))
  }
}
