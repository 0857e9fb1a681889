# The query with which a plan reads what exists already, and its result. Without Python there is no query.

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "external" "existing" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = data.aws_caller_identity.current.account_id
      region       = data.aws_region.current.id
      installation = local.installation
      resources    = jsonencode(local.new_names)
    }) : key => value if value != null
  }
}

# Name of this installation in the tags of what it creates. Generated once.
resource "terraform_data" "installation" {
  # Without count, a -refresh-only plan cannot determine that the resource is not in the state yet.
  count = 1

  input = local.new_installation

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  installation     = concat(terraform_data.installation[*].input, [local.new_installation])[0]
  new_installation = coalesce(var.installation, "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(var.name), 0, 6)}")

  creation_mark = "${local.installation}/${plantimestamp()}"
  creation_tags = { "systems-manager-organization:created" = local.creation_mark }

  # A tag has the time of this plan only if this plan creates the resource.
  named = {
    instance_profile_names = { (var.name) = aws_iam_instance_profile.this.tags }
    role_names             = { (var.name) = aws_iam_role.this.tags }
  }
  new_names = {
    for kind, found in local.named : kind => [
      for name, tags in found : name if lookup(coalesce(tags, {}), "systems-manager-organization:created", "-") == local.creation_mark
    ]
  }
  # Read during an apply, it has what the same plan created already.
  exists_already = [
    for found in jsondecode(coalesce(one(data.external.existing[*].result.existing), "{}")) : found.message
    if found.creation_mark != local.creation_mark
  ]
}
