# Installs, and does not say whether nodes reboot.
resource "aws_ssmquicksetup_configuration_manager" "patching" {
  name = "patching"

  configuration_definition {
    type = "AWSQuickSetupType-PatchPolicy"
    parameters = {
      ConfigurationOptionsPatchOperation = "ScanAndInstall"
      RateControlConcurrency             = "10%"
      RateControlErrorThreshold          = "2%"
    }
  }
}

# AWS knows two words for it.
resource "aws_ssmquicksetup_configuration_manager" "another_word" {
  name = "another-word"

  configuration_definition {
    type = "AWSQuickSetupType-PatchPolicy"
    parameters = {
      ConfigurationOptionsPatchOperation = "ScanAndInstall"
      RateControlConcurrency             = "10%"
      RateControlErrorThreshold          = "2%"
      RebootOption                       = "Perhaps"
    }
  }
}
