# The two workspaces, with separate short-lived credentials for plans and for applies, and the run trigger between them.
# https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration

provider "tfe" {
  organization = var.organization
}

resource "tfe_workspace" "this" {
  for_each = var.workspaces

  name              = each.key
  working_directory = each.value.working_directory
  terraform_version = "~> 1.11"
  # A deployment reaches every account: each plan requires approval.
  auto_apply = false

  vcs_repo {
    identifier     = var.repository
    oauth_token_id = var.oauth_token_id
  }
}

resource "tfe_workspace_settings" "this" {
  for_each = var.workspaces

  workspace_id              = tfe_workspace.this[each.key].id
  execution_mode            = var.agent_pool_id == null ? "remote" : "agent"
  agent_pool_id             = var.agent_pool_id
  global_remote_state       = false
  remote_state_consumer_ids = [for name in each.value.read_by : tfe_workspace.this[name].id]
}

resource "tfe_variable" "credentials" {
  for_each = merge([
    for name, workspace in var.workspaces : {
      for key, value in {
        TFC_AWS_PROVIDER_AUTH  = "true"
        TFC_AWS_PLAN_ROLE_ARN  = workspace.plan_role_arn
        TFC_AWS_APPLY_ROLE_ARN = workspace.apply_role_arn
      } : "${name} ${key}" => { workspace = name, key = key, value = value }
    }
  ]...)

  workspace_id = tfe_workspace.this[each.value.workspace].id
  category     = "env"
  key          = each.value.key
  value        = each.value.value
}

resource "tfe_run_trigger" "administrator" {
  workspace_id  = tfe_workspace.this["systems-manager-administrator"].id
  sourceable_id = tfe_workspace.this["systems-manager-management"].id
}
