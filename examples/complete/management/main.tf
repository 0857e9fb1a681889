# All features of the management account. Those of the administrator account: ../delegated-administrator

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../../.."

  regions                       = var.regions
  dedicated_organizational_unit = { name = "SystemsManager" }

  delegated_administrator = {
    account_id = var.administrator_account_id
    service_principals = [
      "member.org.stacksets.cloudformation.amazonaws.com",
      "resource-explorer-2.amazonaws.com",
      "ssm-quicksetup.amazonaws.com",
      "ssm.amazonaws.com",
    ]
  }

  patch_policies = {
    scan-production = {
      target_organizational_unit_ids = var.scanned_organizational_unit_ids
    }
    patch-test = {
      operation                      = "ScanAndInstall"
      install_schedule               = "cron(0 3 ? * SAT#2 *)"
      reboot_option                  = "RebootIfNeeded"
      concurrency                    = "25%"
      error_threshold                = "5%"
      target_organizational_unit_ids = var.patched_organizational_unit_ids
    }
  }

  default_host_management = {}
  host_management         = { update_ec2_launch_agent = true }
  ops_center              = {}
  change_manager          = var.change_manager_job_function == null ? null : { job_function = var.change_manager_job_function }
  preflight               = { member_role_name = var.member_role_name }
  tags                    = var.tags
}
