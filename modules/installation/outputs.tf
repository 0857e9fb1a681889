output "errors" {
  description = "Why the account or the Region is refused: list of messages, for a precondition."
  value = concat(
    var.administrator_account_id == null || var.administrator_account_id == var.account_id ? [] : [
      "The AWS provider works in account ${var.account_id}, but the administrator account is ${coalesce(var.administrator_account_id, "none")}. Give the provider credentials of that account.",
    ],
    var.management_account_id != var.account_id ? [] : [
      "Account ${var.account_id} is the management account, but this module runs in the administrator account: AWS advises against workloads in the management account. Give the provider credentials of the delegated administrator.",
    ],
    local.first == local.current ? [] : [
      "The AWS provider works in ${local.current}, but what this module created is in ${local.first}: it would be created a second time, and what is there would remain. Use the provider's credentials and Region of the first apply. To move everything, destroy it there, and then apply it here.",
    ],
    [
      for key in local.lost_keys :
      "${key.input} is ${key.given_arn}, but this module created a key, whose deletion this plan would schedule: what it encrypted could not be read any more. Set ${replace(key.input, "kms_key_arn", "created_key_kept")} = true to keep it beside the other one, or = false if nothing that it encrypted is needed."
    ],
  )
}

output "name" {
  description = "Name of the installation, which never changes."
  value       = local.name
}

output "creation_mark" {
  description = "Value of the tag `systems-manager-organization:created`, unique to the installation and the plan: `INSTALLATION/TIME`."
  value       = local.creation_mark
}

output "existing" {
  description = "`existing` of `observe.py existing-resources`, as JSON, for `modules/stack-set`. Null: not read."
  value       = one(data.external.existing[*].result.existing)
}
