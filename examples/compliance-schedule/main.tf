# The patch compliance of every account, collected and reported every day. Runs in the administrator account.

provider "aws" {
  region = var.region
}

module "compliance_reporting" {
  source = "../../modules/compliance-reporting"

  regions                  = var.regions
  administrator_account_id = var.administrator_account_id
  force_destroy            = var.data_destroyed
}

module "compliance_schedule" {
  source = "../../modules/compliance-schedule"

  compliance_data = {
    bucket_name    = module.compliance_reporting.bucket.name
    prefix         = module.compliance_reporting.bucket.prefix
    stack_set_name = module.compliance_reporting.stack_set_name
    kms_key_arn    = module.compliance_reporting.kms_key_arn
  }
  administrator_account_id = var.administrator_account_id
  report                   = { deadline = ["critical=15d", "high=30d"] }
  schedule_timezone        = var.schedule_timezone
  force_destroy            = var.data_destroyed
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.email_addresses

  topic_arn = module.compliance_schedule.topic_arn
  protocol  = "email"
  endpoint  = each.value
}
