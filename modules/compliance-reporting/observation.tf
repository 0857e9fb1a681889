# The query with which a plan reads what exists already, and its result. Without Python there is no query.

data "external" "existing" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = local.installation
      # Only the administrator of StackSets may read them.
      resources = length(local.errors) > 0 ? "{}" : jsonencode(merge(local.new_names, {
        inputs          = { bucket_names = "bucket_name" }
        stack_set_names = module.stack_set.new_names
      }))
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
  new_installation = "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(var.name), 0, 6)}"

  creation_mark = "${local.installation}/${plantimestamp()}"
  tags          = merge(var.tags, { "systems-manager-organization:created" = local.creation_mark })

  # A tag has the time of this plan only if this plan creates the resource. An alias has the tag of its key.
  named = {
    bucket_names    = { (local.bucket_name) = aws_s3_bucket.this.tags }
    database_names  = { (local.database_name) = aws_glue_catalog_database.this.tags }
    key_alias_names = { for key in aws_kms_key.this : local.alias_name => key.tags }
    workgroup_names = { (var.name) = aws_athena_workgroup.this.tags }
  }
  new_names = {
    for kind, found in local.named : kind => [
      for name, tags in found : name if lookup(coalesce(tags, {}), "systems-manager-organization:created", "-") == local.creation_mark
    ]
  }
  # Read during an apply, it has what the same plan created already.
  exists_already = [
    for key, found in jsondecode(coalesce(one(data.external.existing[*].result.existing), "{}")) : found.message
    if found.creation_mark != local.creation_mark && !startswith(key, "stack-set/")
  ]
}

# Refuses what exists in AWS and is not in the state. No resource depends on this one, so that one plan reports all.
resource "terraform_data" "existing" {
  input = true

  lifecycle {
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }
  }
}
