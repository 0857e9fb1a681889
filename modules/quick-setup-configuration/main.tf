locals {
  # https://docs.aws.amazon.com/general/latest/gr/quick-setup.html
  supported_regions = jsondecode(file("${path.module}/regions.json"))

  existing_key = "${var.type}/${var.name}"

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
}

# The provider sends a new type as an update that AWS has no operation for: a manager of another type is another manager.
resource "terraform_data" "type" {
  input = var.type
}

resource "aws_ssmquicksetup_configuration_manager" "this" {
  name        = var.name
  description = var.description
  tags        = merge(var.tags, var.prerequisites.creation.mark == null ? {} : { "systems-manager-organization:created" = var.prerequisites.creation.mark })

  configuration_definition {
    type                                     = var.type
    parameters                               = local.parameters
    local_deployment_administration_role_arn = !local.roles_needed ? null : var.prerequisites.local_deployment_roles.administration_role_arn
    local_deployment_execution_role_name     = !local.roles_needed ? null : var.prerequisites.local_deployment_roles.execution_role_name
  }

  timeouts {
    create = var.timeout
    update = var.timeout
    delete = var.timeout
  }

  lifecycle {
    replace_triggered_by = [terraform_data.type]
    ignore_changes       = [tags["systems-manager-organization:created"]]

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
      condition     = var.prerequisites.ready
      error_message = "Configuration \"${var.name}\" is not deployed: prerequisites.ready is false."
    }

    # The tag has the time of this plan only where this plan creates the manager: then it is not in the state. Quick Setup takes
    # any number of one name, so nothing else keeps a plan from creating it twice. https://github.com/hashicorp/terraform-provider-aws/issues/43920
    postcondition {
      condition     = lookup(coalesce(self.tags, {}), "systems-manager-organization:created", "-") != coalesce(var.prerequisites.creation.mark, "none") || !contains(keys(var.prerequisites.creation.existing), local.existing_key)
      error_message = "EXISTS_ALREADY: ${lookup(var.prerequisites.creation.existing, local.existing_key, "")}"
    }
  }
}

# Replaced whenever the manager is created or changed, for whatever reason: so a plan knows that it deploys.
resource "terraform_data" "deployment" {
  # Without count it is unknown to a -refresh-only plan that it is not in the state.
  count = 1

  input = plantimestamp()

  lifecycle {
    ignore_changes       = [input]
    replace_triggered_by = [aws_ssmquicksetup_configuration_manager.this]
  }
}
