resource "aws_ssmquicksetup_configuration_manager" "patching" {
  for_each = toset(["NoReboot", "RebootIfNeeded"])

  name = each.key

  configuration_definition {
    type = "AWSQuickSetupType-PatchPolicy"
    parameters = {
      ConfigurationOptionsPatchOperation = "ScanAndInstall"
      RateControlConcurrency             = "50%"
      RateControlErrorThreshold          = "10%"
      RebootOption                       = each.key
    }
  }
}

# What does not install reboots nothing.
resource "aws_ssmquicksetup_configuration_manager" "scanning" {
  name = "scanning"

  configuration_definition {
    type       = "AWSQuickSetupType-PatchPolicy"
    parameters = { ConfigurationOptionsPatchOperation = "Scan" }
  }
}
