# Refuses a StackSet that exists in AWS and is not in the state.

data "external" "existing" {
  count = local.script == null || !(local.is_management_account || contains(local.administrators, local.account_id)) ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = merge(local.script_query, {
    installation = local.installation
    resources    = jsonencode({ (local.call_as == "SELF" ? "own_stack_set_names" : "stack_set_names") = module.stack_set.new_names })
  })
}

locals {
  creation_mark = "${local.installation}/${plantimestamp()}"
}
