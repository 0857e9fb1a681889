# One node after the other, and none may fail: the least there is is within every limit.
resource "aws_ssmquicksetup_configuration_manager" "patching" {
  name = "patching"

  configuration_definition {
    type = "AWSQuickSetupType-PatchPolicy"
    parameters = {
      ConfigurationOptionsPatchOperation = "ScanAndInstall"
      RateControlConcurrency             = "1"
      RateControlErrorThreshold          = "0"
      RebootOption                       = "NoReboot"
    }
  }
}
