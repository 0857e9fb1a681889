locals {
  # https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
  supported_regions = jsondecode(file("${path.module}/regions.json"))

  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-getting-started.html
  largest_deployment = 10000

  # The accounts of the whole organization bound the accounts of any part of it: only where that bound is too large (or
  # unknown) is it worth asking AWS, page by page, how many accounts the targets hold.
  bounded = (
    var.targets.account_id != null ||
    coalesce(var.prerequisites.organization_account_count, local.largest_deployment + 1) * length(var.regions) <= local.largest_deployment
  )
  targeted_account_ids = distinct(flatten([
    for descendants in data.aws_organizations_organizational_unit_descendant_accounts.target : descendants.accounts[*].id
  ]))
  deployments = length(local.targeted_account_ids) * length(var.regions)
  too_large   = !local.bounded && local.deployments > local.largest_deployment

  unsupported_regions = setsubtract(var.regions, local.supported_regions)

  findings = concat(
    length(local.unsupported_regions) == 0 ? [] : [{
      code    = "REGION_NOT_SUPPORTED"
      subject = "${var.name} in ${join(", ", local.unsupported_regions)}"
      message = "Quick Setup does not exist there. It supports ${join(", ", local.supported_regions)}."
      remedy  = "Take these Regions out of the configuration."
    }],
    !local.too_large ? [] : [{
      code    = "DEPLOYMENT_TOO_LARGE"
      subject = var.name
      message = "configuration \"${var.name}\" would deploy to up to ${length(local.targeted_account_ids)} accounts in ${length(var.regions)} Regions, ${local.deployments} deployments; Quick Setup refuses more than ${local.largest_deployment}."
      remedy  = "Split it: fewer organizational units or fewer Regions in each."
    }],
    var.type != "AWSQuickSetupType-SSMChangeMgr" ? [] : [{
      code    = "CHANGE_MANAGER_CLOSED"
      subject = var.name
      message = "AWS closed Change Manager to new customers on 2025-11-07: whoever has not used it before will see this configuration fail."
      remedy  = "Leave it out, and ask AWS for what replaces it."
    }],
  )

  targets = {
    for key, value in {
      TargetAccounts            = var.targets.account_id
      TargetOrganizationalUnits = var.targets.organizational_unit_ids == null ? null : join(",", sort(var.targets.organizational_unit_ids))
      TargetRegions             = join(",", sort(var.regions))
    } : key => value if value != null
  }
  parameters = merge(var.additional_parameters, var.parameters, local.targets)

  # Whoever deploys to this account itself, and patch policies do so always: what the baselines are read from is there.
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
  roles_needed = var.targets.account_id != null || var.type == "AWSQuickSetupType-PatchPolicy"

  script    = var.prerequisites.script
  left_over = lookup(var.prerequisites.left_over, var.name, "")

  registration = local.script == null ? {} : {
    account_id = local.script.account_id
    region     = local.script.region
    profile    = local.script.profile
    role_arn   = local.script.role_arn
    left_over  = local.left_over
  }
}

data "aws_organizations_organizational_unit_descendant_accounts" "target" {
  for_each = local.bounded ? [] : var.targets.organizational_unit_ids

  parent_id = each.value
}

# The provider keeps a configuration manager in the state only once its deployment succeeded. Every manager therefore says
# by a tag whether Terraform has it, and what an apply that failed or was killed left behind is taken away before another
# is created. https://github.com/hashicorp/terraform-provider-aws/issues/43920
module "clearance" {
  source = "../action"
  count  = local.script == null ? 0 : 1

  script  = local.script
  verb    = "configuration-clearance"
  subject = var.name
  query   = { left_over = local.left_over }
}

# The provider sends a new type as an update that AWS has no operation for: a manager of another type is another manager.
resource "terraform_data" "type" {
  input = var.type
}

resource "aws_ssmquicksetup_configuration_manager" "this" {
  name        = var.name
  description = var.description
  tags        = merge(var.tags, local.script == null ? {} : { "systems-manager-organization:apply" = "unfinished" })

  configuration_definition {
    type                                     = var.type
    parameters                               = local.parameters
    local_deployment_administration_role_arn = !local.roles_needed ? null : var.prerequisites.local_deployment_roles.administration_role_arn
    local_deployment_execution_role_name     = !local.roles_needed ? null : var.prerequisites.local_deployment_roles.execution_role_name
  }

  # Not an action of its own: that would wait for the managers of every other instance of this module, and be left out when
  # one of them fails. Without Python the default shell has nothing to do.
  provisioner "local-exec" {
    interpreter = local.script == null ? null : concat(local.script.command, ["${path.module}/../../scripts/ensure.py", "configuration-registration"])
    command     = local.script == null ? "exit 0" : jsonencode(merge(local.registration, { manager_arn = self.manager_arn }))
  }

  timeouts {
    create = var.timeout
    update = var.timeout
    delete = var.timeout
  }

  lifecycle {
    replace_triggered_by = [terraform_data.type]
    ignore_changes       = [tags["systems-manager-organization:apply"]]

    precondition {
      condition     = length(local.unknown_parameters) == 0
      error_message = "Configuration \"${var.name}\": parameters holds ${join(", ", local.unknown_parameters)}, but ${var.type} has ${join(", ", local.known_parameters)}. Correct the spelling, or move what AWS's reference does not list to additional_parameters."
    }

    precondition {
      condition     = length(local.missing_parameters) == 0
      error_message = "Configuration \"${var.name}\": parameters holds ${join(", ", keys(var.parameters))}, but ${var.type} needs ${join(" and ", local.missing_parameters)} as well."
    }

    precondition {
      condition     = length(local.misplaced_parameters) == 0
      error_message = "Configuration \"${var.name}\": parameters holds ${join(", ", local.misplaced_parameters)}, which ${var.type} takes for targets.account_id alone. Leave it out: in organizational units all nodes are meant."
    }

    precondition {
      condition     = length(local.wrong_parameters) == 0
      error_message = join("\n", [for text in local.wrong_parameters : "Configuration \"${var.name}\": ${text}"])
    }

    precondition {
      condition     = alltrue([for cleared_at in module.clearance[*].ensured_at : length(cleared_at) > 0])
      error_message = "What a former apply left over of configuration \"${var.name}\" was not cleared away. Apply again."
    }

    precondition {
      condition     = contains(var.tolerated_findings, "DEPLOYMENT_TOO_LARGE") || !local.too_large
      error_message = join("\n", [for finding in local.findings : "${finding.code}: ${finding.message} ${finding.remedy}" if finding.code == "DEPLOYMENT_TOO_LARGE"])
    }

    precondition {
      condition     = var.prerequisites.preflight_passed
      error_message = "Configuration \"${var.name}\" is not deployed: prerequisites.preflight_passed is false. What was found is said elsewhere."
    }

    precondition {
      condition = var.targets.organizational_unit_ids == null ? true : alltrue([
        for principal in ["ssm.amazonaws.com", "member.org.stacksets.cloudformation.amazonaws.com"] : contains(var.prerequisites.trusted_service_principals, principal)
      ])
      error_message = "Configuration \"${var.name}\" targets organizational units, for which \"ssm.amazonaws.com\" and \"member.org.stacksets.cloudformation.amazonaws.com\" need trusted access to the organization, but prerequisites.trusted_service_principals is ${jsonencode(var.prerequisites.trusted_service_principals)}. Enable them with modules/trusted-access."
    }

    # Quick Setup works on one configuration manager at a time and answers ConflictException to the next, which the
    # provider does not repeat. https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_CreateConfigurationManager.html
    precondition {
      condition     = alltrue([for status in values(var.preceding_configurations) : !contains(["INITIALIZING", "DEPLOYING", "DELETING", "STOPPING"], status)])
      error_message = "Configuration \"${var.name}\" comes after ${jsonencode(var.preceding_configurations)}, one of which Quick Setup is still working on. Wait until it has settled, then plan again."
    }
  }
}

# https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-availability-change.html
check "change_manager" {
  assert {
    condition     = var.type != "AWSQuickSetupType-SSMChangeMgr" || contains(var.tolerated_findings, "CHANGE_MANAGER_CLOSED")
    error_message = join("\n", [for finding in local.findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}" if finding.code == "CHANGE_MANAGER_CLOSED"])
  }
}
