data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

# Refuses what exists in AWS and is not in the state. A role has no Region: another one is not refused.
module "installation" {
  source = "../installation"

  name               = var.name
  installation       = var.installation
  account_id         = data.aws_caller_identity.current.account_id
  region             = data.aws_region.current.id
  python_command     = var.python_command
  script_credentials = var.script_credentials

  named = {
    instance_profile_names = { (var.name) = aws_iam_instance_profile.this.tags }
    role_names             = { (var.name) = aws_iam_role.this.tags }
  }
}
