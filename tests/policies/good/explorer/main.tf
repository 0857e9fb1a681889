resource "aws_cloudformation_stack" "explorer" {
  name = "Explorer"
  template_body = jsonencode({
    Resources = {
      Sync = {
        Type                = "AWS::SSM::ResourceDataSync"
        DeletionPolicy      = "Delete"
        UpdateReplacePolicy = "Delete"
        Properties          = { SyncName = "organization", SyncType = "SyncFromSource" }
      }
    }
  })
}

resource "aws_cloudformation_stack" "of_something_else" {
  name          = "Topic"
  template_body = jsonencode({ Resources = { Topic = { Type = "AWS::SNS::Topic" } } })
}
