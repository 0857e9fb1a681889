# Refuses a StackSet that exists in AWS and is not in the state.

data "external" "existing" {
  count = local.script == null || !(local.is_management_account || contains(local.administrators, local.account_id)) ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = merge(local.script_query, {
    installation = local.installation
    resources    = jsonencode({ (local.call_as == "SELF" ? "own_stack_set_names" : "stack_set_names") = [var.name] })
  })
}

locals {
  creation_mark = "${local.installation}/${plantimestamp()}"
  existing      = jsondecode(length(data.external.existing) == 0 ? "{}" : data.external.existing[0].result.existing)
  # Read during an apply, it has what the same plan created already. A tag has the time of this plan only if this plan creates the StackSet.
  exists_already = [
    for found in values(local.existing) : found.message
    if found.creation_mark != local.creation_mark && lookup(module.stack_set.tags, "systems-manager-organization:created", "-") == local.creation_mark
  ]
}

resource "terraform_data" "existing" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}
