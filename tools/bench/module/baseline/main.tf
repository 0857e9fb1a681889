# The resources of examples/minimal without modules, checks, data sources and scripts: the baseline of `make bench`.
# Trusted access and StackSets must be enabled before.

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

variable "root_id" {
  description = "The organization's root."
  type        = string
  nullable    = false
}

variable "patch_policies" {
  description = "Number of patch policies."
  type        = number
  default     = 1
  nullable    = false
}

variable "organizational_unit_ids" {
  description = "Targets of the patch policies. Default: the root."
  type        = list(string)
  default     = []
  nullable    = false
}

locals {
  targets = join(",", length(var.organizational_unit_ids) == 0 ? [var.root_id] : var.organizational_unit_ids)
}

resource "aws_organizations_organizational_unit" "systems_manager" {
  name      = "SystemsManager"
  parent_id = var.root_id
}

resource "aws_organizations_delegated_administrator" "systems_manager" {
  account_id        = "222222222222"
  service_principal = "ssm.amazonaws.com"
}

resource "aws_iam_role" "administration" {
  name = "AWS-QuickSetup-Flat-Administration"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "cloudformation.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "administration" {
  name = "AssumeExecutionRole"
  role = aws_iam_role.administration.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.execution.arn }]
  })
}

resource "aws_iam_role" "execution" {
  name = "AWS-QuickSetup-Flat-Execution"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_role.administration.arn } }]
  })
}

resource "aws_iam_role_policy_attachment" "execution" {
  for_each = toset(["AWSQuickSetupDeploymentRolePolicy", "AWSQuickSetupPatchPolicyDeploymentRolePolicy"])

  role       = aws_iam_role.execution.name
  policy_arn = "arn:aws:iam::aws:policy/${each.value}"
}

resource "aws_ssmquicksetup_configuration_manager" "patch_policy" {
  count = var.patch_policies

  name = "scan-${count.index}"

  configuration_definition {
    type                                     = "AWSQuickSetupType-PatchPolicy"
    local_deployment_administration_role_arn = aws_iam_role.administration.arn
    local_deployment_execution_role_name     = aws_iam_role.execution.name
    parameters = {
      PatchPolicyName                      = "scan-${count.index}"
      PatchBaselineRegion                  = "us-east-1"
      PatchBaselineUseDefault              = "default"
      SelectedPatchBaselines               = jsonencode({ UBUNTU = { value = "pb-0123456789abcdef0", label = "AWS-UbuntuDefaultPatchBaseline", disabled = false } })
      ConfigurationOptionsPatchOperation   = "Scan"
      ConfigurationOptionsScanValue        = "cron(0 1 * * ? *)"
      ConfigurationOptionsScanNextInterval = "false"
      IsPolicyAttachAllowed                = "false"
      OutputLogEnableS3                    = "false"
      RateControlConcurrency               = "10%"
      RateControlErrorThreshold            = "2%"
      TargetOrganizationalUnits            = local.targets
      TargetRegions                        = "ap-northeast-1,us-east-1"
    }
  }

  depends_on = [aws_iam_role_policy.administration, aws_iam_role_policy_attachment.execution]
}

resource "aws_ssmquicksetup_configuration_manager" "default_host_management" {
  name = "default-host-management"

  configuration_definition {
    type = "AWSQuickSetupType-DHMC"
    parameters = {
      UpdateSSMAgent            = "true"
      TargetOrganizationalUnits = var.root_id
      TargetRegions             = "ap-northeast-1,us-east-1"
    }
  }
}

resource "aws_iam_role" "default_host_management" {
  name = "SystemsManagerDefaultHostManagement"
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ssm.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "default_host_management" {
  role       = aws_iam_role.default_host_management.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy"
}

resource "aws_ssm_service_setting" "default_host_management" {
  setting_id    = "arn:aws:ssm:us-east-1:111111111111:servicesetting/ssm/managed-instance/default-ec2-instance-management-role"
  setting_value = "service-role/${aws_iam_role.default_host_management.name}"

  depends_on = [aws_iam_role_policy_attachment.default_host_management]
}
