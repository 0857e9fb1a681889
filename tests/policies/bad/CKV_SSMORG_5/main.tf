locals {
  sync = {
    Type       = "AWS::SSM::ResourceDataSync"
    Properties = { SyncName = "organization", SyncType = "SyncFromSource" }
  }
}

resource "aws_cloudformation_stack" "explorer" {
  name = "Explorer"
  template_body = jsonencode({
    Resources = {
      Sync = {
        Type       = "AWS::SSM::ResourceDataSync"
        Properties = { SyncName = "organization", SyncType = "SyncFromSource" }
      }
    }
  })
}

resource "aws_cloudformation_stack" "replaced_silently" {
  name          = "ExplorerReplaced"
  template_body = jsonencode({ Resources = { Sync = merge(local.sync, { DeletionPolicy = "Retain" }) } })
}

resource "aws_cloudformation_stack" "in_json" {
  name          = "ExplorerInJson"
  template_body = <<-EOT
    {"Resources": {"Sync": {"Type": "AWS::SSM::ResourceDataSync", "DeletionPolicy": "Delete"}}}
  EOT
}
