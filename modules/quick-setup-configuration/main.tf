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

  # Deployments to this account itself require the roles. Patch policies always do: the bucket with the baselines is in this account.
  # https://docs.aws.amazon.com/systems-manager/latest/userguide/quick-setup-patch-manager.html
  roles_needed = var.targets.account_id != null || var.type == "AWSQuickSetupType-PatchPolicy"
}

# AWS has no operation that changes the type, and the provider sends it as an update: another type replaces the manager.
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
      error_message = "Configuration \"${var.name}\": parameters contains ${join(", ", local.unknown_parameters)}, but ${var.type} has ${join(", ", local.known_parameters)}. Correct the spelling, or move what AWS's reference does not list to additional_parameters."
    }

    precondition {
      condition     = length(local.missing_parameters) == 0
      error_message = "Configuration \"${var.name}\": parameters ${length(var.parameters) == 0 ? "is empty" : "contains ${join(", ", keys(var.parameters))}"}, but ${var.type} also requires ${join(" and ", local.missing_parameters)}."
    }

    precondition {
      condition     = length(local.misplaced_parameters) == 0
      error_message = "Configuration \"${var.name}\": parameters contains ${join(", ", local.misplaced_parameters)}, which ${var.type} accepts only with targets.account_id. Remove it: in organizational units the configuration applies to all nodes."
    }

    precondition {
      condition     = length(local.invalid_parameters) == 0
      error_message = join("\n", [for text in local.invalid_parameters : "Configuration \"${var.name}\": ${text}"])
    }

    precondition {
      condition     = contains(var.prerequisites.ignored_findings, "TARGET_NOT_SUPPORTED") || !startswith(local.type_definition.targets, "root") || alltrue([for id in coalesce(var.targets.organizational_unit_ids, []) : startswith(id, "r-")])
      error_message = "Configuration \"${var.name}\": TARGET_NOT_SUPPORTED: targets.organizational_unit_ids is ${jsonencode(var.targets.organizational_unit_ids)}, but ${var.type} is deployed to the whole organization only. Use its root, for example [\"r-ab12\"]."
    }

    # The template creates a role whose name has no Region: in the second Region of an account it exists already.
    precondition {
      condition     = !lookup(local.type_definition, "one_region", false) || length(var.regions) == 1
      error_message = "Configuration \"${var.name}\": regions is ${jsonencode(sort(var.regions))}, but ${var.type} creates a role of the same name in each Region, and AWS refuses the second. Use one Region, for example [${jsonencode(sort(var.regions)[0])}]."
    }

    precondition {
      condition     = var.prerequisites.ready
      error_message = "Configuration \"${var.name}\" is not deployed: prerequisites.ready is false."
    }

    # The tag has the time of this plan only if this plan creates the manager, which is then not in the state. Quick Setup accepts
    # several managers with one name, so nothing else prevents a second one. https://github.com/hashicorp/terraform-provider-aws/issues/43920
    postcondition {
      condition = (
        lookup(coalesce(self.tags, {}), "systems-manager-organization:created", "-") != coalesce(var.prerequisites.creation.mark, "none") ||
        !contains(keys(var.prerequisites.creation.existing), local.existing_key)
      )
      error_message = "EXISTS_ALREADY: ${lookup(var.prerequisites.creation.existing, local.existing_key, "")}"
    }
  }
}
