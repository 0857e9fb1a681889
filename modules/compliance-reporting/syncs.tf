# A resource data sync in every account and Region. CloudFormation does not support DestinationDataSharing, so each sync belongs to its
# own account, and the bucket admits it by the organization id.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ssm-resourcedatasync-s3destination.html

locals {
  destination = {
    BucketName   = local.bucket_name
    BucketPrefix = var.prefix
    BucketRegion = local.region
    KMSKeyArn    = local.kms_key_arn
    SyncFormat   = "JsonSerDe"
  }

  # A change of any property of the destination replaces the sync, and CloudFormation creates the new sync before it deletes the old
  # one: their names must differ.
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
  tags = local.tags

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  # Runs operations concurrently, so that the deployment to an account that joins is not refused during another operation.
  managed_execution {
    active = true
  }

  # Continues after any number of failures: the check below reports them.
  operation_preferences {
    failure_tolerance_percentage = 100
    max_concurrent_percentage    = 100
    region_concurrency_type      = "PARALLEL"
  }

  timeouts {
    update = "90m"
  }

  lifecycle {
    # The provider has a default for it, although a service-managed StackSet has no such role.
    # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/cloudformation_stack_set
    ignore_changes = [administration_role_arn, tags["systems-manager-organization:created"]]
  }

  # AWS refuses to create a sync without permission to write to the bucket.
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
    # The provider reads the targets from the instances, which a unit without accounts does not have: every plan would add the unit again.
    # https://github.com/hashicorp/terraform-provider-aws/issues/40243
    ignore_changes       = [deployment_targets]
    replace_triggered_by = [terraform_data.targets]
  }
}

check "syncs" {
  assert {
    condition = length(local.failed_instances) == 0
    error_message = join("\n", concat(
      ["StackSets could not create the resource data syncs of these accounts and Regions, so their data is missing:"],
      [for instance in local.failed_instances : "- ${instance.account_id} ${instance.region}: ${instance.status_reason}"],
      ["Remove the cause, then create them again: terraform apply -replace='module.<this module>.aws_cloudformation_stack_instances.this'"],
    ))
  }
}
