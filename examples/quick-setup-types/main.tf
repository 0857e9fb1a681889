# The types of Quick Setup that have no input of their own, one configuration each.

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../.."

  regions = var.regions

  quick_setup_configurations = {
    # One index of resources for the whole account, in every Region of it.
    resource-explorer = {
      type = "AWSQuickSetupType-ResourceExplorer"
      parameters = {
        SelectedAggregatorRegion  = var.home_region
        ReplaceExistingAggregator = "false"
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # Instances with the tag run during office hours.
    office-hours = {
      type = "AWSQuickSetupType-Scheduler"
      parameters = {
        TargetTagKey    = "Schedule"
        TargetTagValue  = "office-hours"
        ICalendarString = file("${path.module}/office-hours.ics")
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # The CloudWatch agent and the EFS tools, installed again where they are removed.
    packages = {
      type = "AWSQuickSetupType-Distributor"
      parameters = {
        PackagesToInstall   = "AWSCWAgent,AWSEFSTools"
        RemediationSchedule = "rate(14 days)"
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # Insights into all stacks, as OpsItems.
    devops-guru = {
      type = "AWSQuickSetupType-DevOpsGuru"
      parameters = {
        AnalyseAllResources    = "true"
        EnableSnsNotifications = "false"
        EnableSsmOpsItems      = "true"
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # AWS Config records everything, and IAM in one Region.
    config-recording = {
      type = "AWSQuickSetupType-CFGRecording"
      parameters = {
        RecordAllResources        = "true"
        RecordGlobalResourceTypes = "true"
        GlobalResourceTypesRegion = var.home_region
        RemediationSchedule       = "rate(7 days)"
      }
    }

    # Conformance packs evaluate what AWS Config records.
    conformance-packs = {
      type = "AWSQuickSetupType-CFGCPacks"
      parameters = {
        CPackNames         = "Operational-Best-Practices-for-CIS-AWS-v1.4-Level1"
        DelegatedAccountId = var.config_administrator_account_id
      }
    }
  }
}
