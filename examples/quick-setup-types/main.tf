# One configuration of each Quick Setup type that has no input of its own.

provider "aws" {
  region = var.home_region
}

module "systems_manager" {
  source = "../.."

  regions = var.regions

  quick_setup_configurations = {
    # Indexes the resources of each account in every Region, with one aggregator index.
    resource-explorer = {
      type = "AWSQuickSetupType-ResourceExplorer"
      parameters = {
        SelectedAggregatorRegion  = var.home_region
        ReplaceExistingAggregator = "false"
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # Runs instances with the tag during office hours only.
    office-hours = {
      type = "AWSQuickSetupType-Scheduler"
      parameters = {
        TargetTagKey    = "Schedule"
        TargetTagValue  = "office-hours"
        ICalendarString = file("${path.module}/office-hours.ics")
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # Installs the CloudWatch agent and the EFS tools, and reinstalls them every 14 days where they are missing. Quick
    # Setup requires three names, "novalue" for none.
    packages = {
      type = "AWSQuickSetupType-Distributor"
      parameters = {
        PackagesToInstall   = "AWSCWAgent,AWSEFSTools,novalue"
        RemediationSchedule = "rate(14 days)"
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # Analyzes all resources, and creates OpsItems for insights.
    devops-guru = {
      type = "AWSQuickSetupType-DevOpsGuru"
      parameters = {
        AnalyseAllResources    = "true"
        EnableSnsNotifications = "false"
        EnableSsmOpsItems      = "true"
      }
      target_organizational_unit_ids = var.organizational_unit_ids
    }

    # AWS Config records all resources, global ones in one Region.
    config-recording = {
      type = "AWSQuickSetupType-CFGRecording"
      parameters = {
        RecordAllResources        = "true"
        RecordGlobalResourceTypes = "true"
        GlobalResourceTypesRegion = var.home_region
        RemediationSchedule       = "rate(7 days)"
      }
    }

    # Conformance packs evaluate the resources that AWS Config records. Quick Setup requires five names, "novalue" for none.
    conformance-packs = {
      type = "AWSQuickSetupType-CFGCPacks"
      parameters = {
        CPackNames         = "CISAWSFBv13Level1,IAM,novalue,novalue,novalue"
        DelegatedAccountId = var.config_administrator_account_id
      }
    }
  }
}
