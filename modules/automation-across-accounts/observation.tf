# Refuses another account or Region than that of the first apply, and what exists in AWS and is not in the state.
module "installation" {
  source = "../installation"

  name                     = var.name
  installation             = var.installation
  account_id               = local.account_id
  region                   = local.region
  administrator_account_id = var.administrator_account_id
  management_account_id    = local.organization.master_account_id
  python_command           = var.python_command
  script_credentials       = var.script_credentials
  inputs                   = { document_names = "change_calendar.name", role_names = "administration_role_name" }
  existing_read            = length(local.errors) == 0
  stack_set_names          = { stack_set_names = var.create_roles ? module.stack_set[0].new_names : [] }

  named = {
    document_names = { for document in aws_ssm_document.calendar : document.name => document.tags }
    role_names     = { for role in aws_iam_role.administration : role.name => role.tags }
  }
}
