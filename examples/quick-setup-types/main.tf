# The types of Quick Setup that have no module of their own, one configuration each, beside the root module.

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../.."

  regions = [var.home_region]
  other_configurations = {
    resource-explorer = "AWSQuickSetupType-ResourceExplorer"
    office-hours      = "AWSQuickSetupType-Scheduler"
    packages          = "AWSQuickSetupType-Distributor"
    devops-guru       = "AWSQuickSetupType-DevOpsGuru"
    config-recording  = "AWSQuickSetupType-CFGRecording"
    conformance-packs = "AWSQuickSetupType-CFGCPacks"
  }
}

locals {
  organization = { organizational_unit_ids = [module.systems_manager.organization.root_id] }
  units        = { organizational_unit_ids = var.organizational_unit_ids }
}

# One index of resources for the whole account, in every Region of it.
module "resource_explorer" {
  source = "../../modules/quick-setup-configuration"

  name = "resource-explorer"
  type = "AWSQuickSetupType-ResourceExplorer"
  parameters = {
    SelectedAggregatorRegion  = var.home_region
    ReplaceExistingAggregator = "false"
  }
  regions       = var.regions
  targets       = local.units
  prerequisites = module.systems_manager.quick_setup_prerequisites
}

# Instances with the tag run during office hours.
module "scheduler" {
  source = "../../modules/quick-setup-configuration"

  name = "office-hours"
  type = "AWSQuickSetupType-Scheduler"
  parameters = {
    TargetTagKey    = "Schedule"
    TargetTagValue  = "office-hours"
    ICalendarString = file("${path.module}/office-hours.ics")
  }
  regions       = var.regions
  targets       = local.units
  prerequisites = module.systems_manager.quick_setup_prerequisites
}

# The CloudWatch agent and the EFS tools, installed again where they are taken away.
module "distributor" {
  source = "../../modules/quick-setup-configuration"

  name = "packages"
  type = "AWSQuickSetupType-Distributor"
  parameters = {
    PackagesToInstall   = "AWSCWAgent,AWSEFSTools"
    RemediationSchedule = "rate(14 days)"
  }
  regions       = var.regions
  targets       = local.units
  prerequisites = module.systems_manager.quick_setup_prerequisites
}

# Insights into all stacks, as OpsItems.
module "devops_guru" {
  source = "../../modules/quick-setup-configuration"

  name = "devops-guru"
  type = "AWSQuickSetupType-DevOpsGuru"
  parameters = {
    AnalyseAllResources    = "true"
    EnableSnsNotifications = "false"
    EnableSsmOpsItems      = "true"
  }
  regions       = var.regions
  targets       = local.units
  prerequisites = module.systems_manager.quick_setup_prerequisites
}

# Config records everything, and IAM in one Region.
module "config_recording" {
  source = "../../modules/quick-setup-configuration"

  name = "config-recording"
  type = "AWSQuickSetupType-CFGRecording"
  parameters = {
    RecordAllResources        = "true"
    RecordGlobalResourceTypes = "true"
    GlobalResourceTypesRegion = var.home_region
    RemediationSchedule       = "rate(7 days)"
  }
  regions       = var.regions
  targets       = local.organization
  prerequisites = module.systems_manager.quick_setup_prerequisites
}

# Conformance packs judge what Config records.
module "conformance_packs" {
  source = "../../modules/quick-setup-configuration"

  name = "conformance-packs"
  type = "AWSQuickSetupType-CFGCPacks"
  parameters = {
    CPackNames         = "Operational-Best-Practices-for-CIS-AWS-v1.4-Level1"
    DelegatedAccountId = var.config_administrator_account_id
  }
  regions       = var.regions
  targets       = local.organization
  prerequisites = module.systems_manager.quick_setup_prerequisites
}
