data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# AWS returns all of it only to the management account and to delegated administrators.
data "aws_organizations_organization" "current" {}

data "aws_organizations_delegated_administrators" "systems_manager" {
  count = local.is_management_account || !local.is_delegated_administrator ? 0 : 1

  service_principal = "ssm.amazonaws.com"
}

locals {
  account_id = data.aws_caller_identity.current.account_id
  region     = data.aws_region.current.id

  visible_accounts           = data.aws_organizations_organization.current.accounts
  is_delegated_administrator = local.visible_accounts == null ? false : length(local.visible_accounts) > 0

  is_management_account = data.aws_organizations_organization.current.master_account_id == local.account_id
  administrators        = flatten(data.aws_organizations_delegated_administrators.systems_manager[*].delegated_administrators[*].id)
  is_administrator      = local.is_management_account || contains(local.administrators, local.account_id)

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/Explorer-setup-delegated-administrator.html
  regions_of_management_account = ["af-south-1", "ap-east-1", "eu-south-1", "me-south-1"]
  refused_regions = local.is_management_account ? [] : tolist(
    setintersection(setunion([local.region], var.regions), local.regions_of_management_account)
  )

  # Different names, as both syncs exist for a moment when the input changes.
  sync_name   = var.all_ops_data_sources_enabled ? var.name : "${var.name}-own-sources"
  stack_name  = "ExplorerDataSync-${replace(local.sync_name, "/[^A-Za-z0-9-]/", "-")}"
  source_type = var.organizational_unit_ids == null ? "EntireOrganization" : "OrganizationalUnits"
  source = {
    include_future_regions  = var.include_future_regions
    organizational_unit_ids = sort(coalesce(var.organizational_unit_ids, []))
    regions                 = sort(var.regions)
  }

  # For the AWS CLI command that is shown without Python.
  own_sources_json = jsonencode({
    SourceType              = "AwsOrganizations"
    SourceRegions           = local.source.regions
    IncludeFutureRegions    = local.source.include_future_regions
    EnableAllOpsDataSources = false
    AwsOrganizationsSource = merge(
      { OrganizationSourceType = local.source_type },
      local.source_type == "EntireOrganization" ? {} : { OrganizationalUnits = [for id in local.source.organizational_unit_ids : { OrganizationalUnitId = id }] },
    )
  })

  role_key = "service-linked-role/accountdiscovery.ssm.amazonaws.com"
  desired_settings = merge(
    {
      (local.role_key) = {
        value         = "present"
        retained      = true
        specification = ""
        command       = "aws iam create-service-linked-role --aws-service-name accountdiscovery.ssm.amazonaws.com"
      }
    },
    var.all_ops_data_sources_enabled ? {} : {
      "resource-data-sync/${local.sync_name}" = {
        value         = "present"
        retained      = var.deletion_policy == "Retain"
        specification = jsonencode(merge(local.source, { all_ops_data_sources_enabled = false }))
        command       = "aws ssm create-resource-data-sync --sync-name ${local.sync_name} --sync-type SyncFromSource --sync-source '${local.own_sources_json}' --region ${local.region}"
      }
    },
  )

  errors = concat(
    module.installation.errors,
    local.is_administrator ? [] : [
      "Account ${local.account_id} does not administer Systems Manager, and AWS returns the organization's OpsData only to the management account and the delegated administrator (${length(local.administrators) == 0 ? "which this account cannot list" : join(", ", local.administrators)}). Register it first, in the management account: delegated_administrator = { account_id = \"${local.account_id}\" }.",
    ],
    length(local.refused_regions) == 0 ? [] : [
      "The delegated administrator cannot have a resource data sync in ${join(", ", local.refused_regions)}: for these Regions, use this module in the management account.",
    ],
    local.sync_exists || length(local.other_syncs) < local.sync_quota ? [] : [
      "DATA_SYNC_QUOTA: account ${local.account_id} has the maximum of ${local.sync_quota} resource data syncs of Explorer in Region ${local.region}: ${join(", ", [for sync in local.other_syncs : "${sync.name} (${sync.owner})"])}. Delete one that is not needed: aws ssm delete-resource-data-sync --sync-type SyncFromSource --sync-name NAME --region ${local.region}",
    ],
  )
}

# Refuses an account or a Region other than that of the first apply.
module "installation" {
  source = "../installation"

  name                     = local.sync_name
  installation             = var.installation
  account_id               = local.account_id
  region                   = local.region
  administrator_account_id = var.administrator_account_id
}

# Refuses invalid configurations of both kinds of sync.
resource "terraform_data" "sync" {
  input = local.sync_name

  lifecycle {
    precondition {
      condition     = length(local.errors) == 0
      error_message = join("\n", local.errors)
    }
  }
}

# The service-linked role must exist before the sync. CloudFormation's type has no EnableAllOpsDataSources: the script creates a sync
# without all sources. https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles-service-action-2.html
# https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm/issues/193
module "settings" {
  source = "../settings"

  desired          = local.desired_settings
  observed         = local.observed_settings
  no_longer_wanted = local.no_longer_wanted
  installation     = module.installation.name
  record_region    = local.region
  account_id       = local.account_id
  ready            = length(terraform_data.sync.input) > 0
  script           = local.script
}

# AWS updates the Regions and units of a sync, but not its source type.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateResourceDataSync.html
resource "terraform_data" "source_type" {
  input = local.source_type
}

# aws_ssm_resource_data_sync does not support SyncSource in any version.
resource "aws_cloudformation_stack" "this" {
  #checkov:skip=CKV_AWS_124:The stack has one resource, and the apply waits for it and reports its errors.
  count = var.all_ops_data_sources_enabled ? 1 : 0

  name = local.stack_name
  template_body = jsonencode({
    Description = "Explorer of AWS Systems Manager: OpsData of the organization."
    Resources = {
      Sync = {
        Type                = "AWS::SSM::ResourceDataSync"
        DeletionPolicy      = var.deletion_policy
        UpdateReplacePolicy = var.deletion_policy
        Properties = {
          SyncName = local.sync_name
          SyncType = "SyncFromSource"
          SyncSource = {
            SourceType           = "AwsOrganizations"
            SourceRegions        = local.source.regions
            IncludeFutureRegions = local.source.include_future_regions
            AwsOrganizationsSource = merge(
              { OrganizationSourceType = local.source_type },
              local.source_type == "EntireOrganization" ? {} : { OrganizationalUnits = local.source.organizational_unit_ids },
            )
          }
        }
      }
    }
  })
  tags = merge(var.tags, { "systems-manager-organization:created" = module.installation.creation_mark })

  lifecycle {
    replace_triggered_by = [terraform_data.source_type]
    ignore_changes       = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(module.settings.applied) > 0
      error_message = "The service-linked role accountdiscovery.ssm.amazonaws.com does not exist."
    }
  }
}

# Created once for a name, after the stack: a later plan may replace the stack, and an imported one has no tag that tells it from
# another's.
resource "terraform_data" "stack" {
  count = var.all_ops_data_sources_enabled ? 1 : 0

  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.sync]
  }

  depends_on = [aws_cloudformation_stack.this]
}

# Replaced whenever the stack is created or changed: its input shows whether a plan changes the sync.
resource "terraform_data" "change" {
  count = var.all_ops_data_sources_enabled ? 1 : 0

  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [aws_cloudformation_stack.this]
  }
}

# Not a postcondition of terraform_data.stack: `self` of a resource with count is an error in a -refresh-only plan before it is created.
resource "terraform_data" "existing" {
  input = true

  lifecycle {
    # The tag has the time of this plan only if this plan creates the stack. That replaces one of the state, of the same name, if
    # terraform_data.stack is older than the plan and terraform_data.change is not: a stack that is in no state triggers no replacement.
    precondition {
      condition = length(local.exists_already) == 0 || var.all_ops_data_sources_enabled && (
        lookup(coalesce(one(aws_cloudformation_stack.this[*].tags), {}), "systems-manager-organization:created", "-") != module.installation.creation_mark ||
        one(terraform_data.stack[*].input) != plantimestamp() && one(terraform_data.change[*].input) == plantimestamp()
      )
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}
