# Quick Setup works on one configuration at a time and refuses others meanwhile, which the provider does not repeat. The
# policies of one map are instances of this module, which Terraform starts together: it orders blocks and not instances.
# So there is a block for each turn, and what the blocks hold in all instances comes one after the other.
# https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_CreateConfigurationManager.html

locals {
  statuses_after_turn_1 = merge(var.preceding_configurations, { for deployed in module.turn_1 : var.name => deployed.configuration.status })
  statuses_after_turn_2 = merge(local.statuses_after_turn_1, { for deployed in module.turn_2 : var.name => deployed.configuration.status })
  statuses_after_turn_3 = merge(local.statuses_after_turn_2, { for deployed in module.turn_3 : var.name => deployed.configuration.status })
  statuses_after_turn_4 = merge(local.statuses_after_turn_3, { for deployed in module.turn_4 : var.name => deployed.configuration.status })
  statuses_after_turn_5 = merge(local.statuses_after_turn_4, { for deployed in module.turn_5 : var.name => deployed.configuration.status })

  organization = one(concat(module.turn_1, module.turn_2, module.turn_3, module.turn_4, module.turn_5))
}

module "turn_1" {
  source = "../quick-setup-configuration"
  count  = var.turn == 1 ? 1 : 0

  name                     = var.name
  type                     = "AWSQuickSetupType-PatchPolicy"
  parameters               = local.parameters
  additional_parameters    = var.additional_parameters
  regions                  = var.regions
  targets                  = { organizational_unit_ids = var.organizational_unit_ids }
  preceding_configurations = var.preceding_configurations
  prerequisites            = var.prerequisites
  tolerated_findings       = var.tolerated_findings
  tags                     = var.tags
}

module "turn_2" {
  source = "../quick-setup-configuration"
  count  = var.turn == 2 ? 1 : 0

  name                     = var.name
  type                     = "AWSQuickSetupType-PatchPolicy"
  parameters               = local.parameters
  additional_parameters    = var.additional_parameters
  regions                  = var.regions
  targets                  = { organizational_unit_ids = var.organizational_unit_ids }
  preceding_configurations = local.statuses_after_turn_1
  prerequisites            = var.prerequisites
  tolerated_findings       = var.tolerated_findings
  tags                     = var.tags
}

module "turn_3" {
  source = "../quick-setup-configuration"
  count  = var.turn == 3 ? 1 : 0

  name                     = var.name
  type                     = "AWSQuickSetupType-PatchPolicy"
  parameters               = local.parameters
  additional_parameters    = var.additional_parameters
  regions                  = var.regions
  targets                  = { organizational_unit_ids = var.organizational_unit_ids }
  preceding_configurations = local.statuses_after_turn_2
  prerequisites            = var.prerequisites
  tolerated_findings       = var.tolerated_findings
  tags                     = var.tags
}

module "turn_4" {
  source = "../quick-setup-configuration"
  count  = var.turn == 4 ? 1 : 0

  name                     = var.name
  type                     = "AWSQuickSetupType-PatchPolicy"
  parameters               = local.parameters
  additional_parameters    = var.additional_parameters
  regions                  = var.regions
  targets                  = { organizational_unit_ids = var.organizational_unit_ids }
  preceding_configurations = local.statuses_after_turn_3
  prerequisites            = var.prerequisites
  tolerated_findings       = var.tolerated_findings
  tags                     = var.tags
}

module "turn_5" {
  source = "../quick-setup-configuration"
  count  = var.turn == 5 ? 1 : 0

  name                     = var.name
  type                     = "AWSQuickSetupType-PatchPolicy"
  parameters               = local.parameters
  additional_parameters    = var.additional_parameters
  regions                  = var.regions
  targets                  = { organizational_unit_ids = var.organizational_unit_ids }
  preceding_configurations = local.statuses_after_turn_4
  prerequisites            = var.prerequisites
  tolerated_findings       = var.tolerated_findings
  tags                     = var.tags
}
