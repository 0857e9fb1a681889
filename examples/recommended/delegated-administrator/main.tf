# What a new organization takes today, in the administrator account. Runs with that account's credentials, after ../management is applied.

provider "aws" {
  region = var.home_region
}

module "unified_console" {
  source = "../../../modules/unified-console"

  regions                  = var.regions
  administrator_account_id = var.administrator_account_id
  # ../management enables it, also in the management account.
  default_host_management_interval_days = null
  tags                                  = var.tags
}

module "session_manager_preferences" {
  source = "../../../modules/session-manager-preferences"

  regions                      = var.regions
  administrator_account_id     = var.administrator_account_id
  existing                     = var.session_preferences_replaced ? "replace" : "keep"
  idle_session_timeout_minutes = 15
  max_session_duration_minutes = 480
  bucket                       = { retention_days = 400, force_destroy = var.session_logs_destroyed }
  tags                         = var.tags
}

module "automation_across_accounts" {
  source = "../../../modules/automation-across-accounts"

  regions                  = var.regions
  administrator_account_id = var.administrator_account_id
  tags                     = var.tags
}

# Charges every running managed node.
module "just_in_time_node_access" {
  source = "../../../modules/just-in-time-node-access"
  count  = var.node_access_approvers == null ? 0 : 1

  regions                  = var.regions
  administrator_account_id = var.administrator_account_id
  unified_console = {
    home_region = module.unified_console.home_region
    regions     = module.unified_console.configuration.regions
    targets     = module.unified_console.configuration.targets
  }
  manual_approval = {
    production = {
      node_tag     = { key = "Environment", values = ["Production"] }
      access_hours = 8
      levels       = [{ approvers = [{ id = var.node_access_approvers, type = "SSOGroup" }] }]
    }
  }
  # No automatic approval, of this or another configuration, reaches these nodes.
  deny_access   = [{ node_tags = { Environment = "Production" } }]
  rdp_recording = var.rdp_recording_key_arn == null ? null : { kms_key_arn = var.rdp_recording_key_arn, force_destroy = var.session_logs_destroyed }
  tags          = var.tags
}
