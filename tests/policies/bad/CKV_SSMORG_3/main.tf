locals {
  limits = {
    concurrency_above_half  = { concurrency = "51%", error_threshold = "10%" }
    error_threshold_above   = { concurrency = "50%", error_threshold = "11%" }
    concurrency_as_a_number = { concurrency = "500", error_threshold = "10%" }
    error_number            = { concurrency = "50%", error_threshold = "1" }
  }
}

resource "aws_ssmquicksetup_configuration_manager" "patching" {
  for_each = local.limits

  name = each.key

  configuration_definition {
    type = "AWSQuickSetupType-PatchPolicy"
    parameters = {
      ConfigurationOptionsPatchOperation = "ScanAndInstall"
      RateControlConcurrency             = each.value.concurrency
      RateControlErrorThreshold          = each.value.error_threshold
      RebootOption                       = "NoReboot"
    }
  }
}

# AWS's reference has no default for what is not said.
resource "aws_ssmquicksetup_configuration_manager" "nothing_said" {
  name = "nothing-said"

  configuration_definition {
    type = "AWSQuickSetupType-PatchPolicy"
    parameters = {
      ConfigurationOptionsPatchOperation = "ScanAndInstall"
      RebootOption                       = "NoReboot"
    }
  }
}
