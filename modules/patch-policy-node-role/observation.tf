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
      resources    = jsonencode({ role_names = [var.name], instance_profile_names = [var.name] })
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
  existing = {
    for key, found in jsondecode(length(data.external.existing) == 0 ? "{}" : data.external.existing[0].result.existing) : key => found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != local.creation_mark
  }

  # A tag has the time of this plan only if this plan creates the resource.
  exists_already = [
    for key, tags in {
      "iam-role/${var.name}"             = aws_iam_role.this.tags
      "iam-instance-profile/${var.name}" = aws_iam_instance_profile.this.tags
    } : local.existing[key]
    if contains(keys(local.existing), key) && lookup(coalesce(tags, {}), "systems-manager-organization:created", "-") == local.creation_mark
  ]
}
