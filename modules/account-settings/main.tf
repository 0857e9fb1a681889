# Service settings in every member account and Region by a StackSet, and in the management account, which no StackSet reaches by
# organizational units, by modules/settings.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# AWS returns the accounts of the organization only to the management account and to delegated administrators of any service.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "stack_sets" {
  count = local.is_management_account || !local.is_delegated_administrator ? 0 : 1

  service_principal = local.stack_sets_principal
}

locals {
  stack_sets_principal = "member.org.stacksets.cloudformation.amazonaws.com"

  account_id            = data.aws_caller_identity.current.account_id
  region                = data.aws_region.current.id
  organization          = data.aws_organizations_organization.current
  is_management_account = local.organization.master_account_id == local.account_id

  is_delegated_administrator = local.organization.accounts == null ? false : length(local.organization.accounts) > 0
  administrators             = flatten(data.aws_organizations_delegated_administrators.stack_sets[*].delegated_administrators[*].id)
  call_as                    = local.is_management_account ? "SELF" : "DELEGATED_ADMIN"

  root_ids = local.organization.roots == null ? [] : local.organization.roots[*].id
  targets  = var.organizational_unit_ids == null ? local.root_ids : sort(var.organizational_unit_ids)

  # Kind of setting of modules/settings to the id of AWS.
  setting_ids = jsondecode(file("${path.module}/../../scripts/systems_manager_organization/organizations/service_settings.json"))

  # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html
  settings = {
    for kind, value in {
      document-public-sharing         = var.block_public_document_sharing ? "Disable" : null
      automation-log-destination      = var.automation_logging == null ? null : "CloudWatch"
      automation-log-group            = var.automation_logging == null ? null : var.automation_logging.log_group_name
      automation-adaptive-concurrency = var.automation_adaptive_concurrency_enabled ? "True" : null
      activation-tier                 = var.advanced_instances_tier_enabled ? "advanced" : null
      default-parameter-tier          = var.default_parameter_tier
      parameter-store-high-throughput = var.parameter_store_high_throughput_enabled ? "true" : null
      operational-insights            = var.operational_insights_enabled ? "Enabled" : null
    } : kind => value if value != null
  }
  kinds = keys(local.settings)
  # The names of their resources in the template.
  logical_ids = [for kind in local.kinds : replace(title(replace(kind, "-", " ")), " ", "")]

  instances        = aws_cloudformation_stack_instances.this.stack_instance_summaries == null ? [] : aws_cloudformation_stack_instances.this.stack_instance_summaries
  failed_instances = [for instance in local.instances : instance if contains(["FAILED", "CANCELLED", "INOPERABLE"], instance.detailed_status)]
}

resource "aws_cloudformation_stack_set" "this" {
  name             = var.name
  description      = "Service settings of Systems Manager in each account and Region."
  permission_model = "SERVICE_MANAGED"
  call_as          = local.call_as
  template_body = jsonencode({
    Description = "Service settings of Systems Manager."
    Resources = {
      for index, kind in local.kinds : local.logical_ids[index] => merge(
        {
          Type                = "AWS::SSM::ServiceSetting"
          DeletionPolicy      = var.deletion_policy
          UpdateReplacePolicy = var.deletion_policy
          Properties          = { SettingId = local.setting_ids[kind], SettingValue = local.settings[kind] }
        },
        # One after another: Systems Manager refuses concurrent updates (TooManyUpdates).
        index == 0 ? {} : { DependsOn = local.logical_ids[index - 1] },
      )
    }
  })
  tags = var.tags

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
    ignore_changes = [administration_role_arn]

    precondition {
      condition     = length(local.settings) > 0
      error_message = "No setting is given. Set at least one, for example block_public_document_sharing = true."
    }

    precondition {
      condition     = local.is_management_account || contains(local.administrators, local.account_id)
      error_message = "Account ${local.account_id} is neither the management account nor an administrator of StackSets, and cannot create a StackSet for the organization. Give the provider credentials of the management account, or register this account first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\", service_principals = [\"ssm.amazonaws.com\", \"${local.stack_sets_principal}\"] }."
    }

    precondition {
      condition     = local.is_management_account || !var.management_account_included
      error_message = "management_account_included is true, but the provider works in account ${local.account_id}, and only the management account can change its own settings. Give the provider its credentials, or set management_account_included = false."
    }
  }
}

resource "terraform_data" "targets" {
  input = local.targets
}

resource "aws_cloudformation_stack_instances" "this" {
  stack_set_name = aws_cloudformation_stack_set.this.name
  call_as        = local.call_as
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

check "member_accounts" {
  assert {
    condition = length(local.failed_instances) == 0
    error_message = join("\n", concat(
      ["StackSets could not change the service settings of these accounts and Regions:"],
      [for instance in local.failed_instances : "- ${instance.account_id} ${instance.region}: ${instance.status_reason}"],
      ["Remove the cause, then deploy again: terraform apply -replace='module.<this module>.aws_cloudformation_stack_instances.this'"],
    ))
  }
}
