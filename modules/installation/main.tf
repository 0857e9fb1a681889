# One call of a module: where its first apply was, the name of the installation, and what exists already of what it creates.

locals {
  # Of what is in another account or Region the AWS provider reads that it was deleted.
  current = "account ${var.account_id}, Region ${var.region}"
  first   = concat(terraform_data.first[*].input, [local.current])[0]

  # The time alone is not unique. The folder is not in it, although two of them may be planned in the same second: an apply of a saved
  # plan on another machine has another one, and Terraform refuses that as an inconsistent final plan.
  new_name = coalesce(var.installation, "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(jsonencode([
    var.account_id, var.name, var.region, terraform.workspace,
  ])), 0, 6)}")
  recorded = concat(terraform_data.installation[*].input, [local.new_name])[0]
  # An earlier version of modules/explorer recorded the Region as well.
  name          = try(local.recorded.name, local.recorded)
  creation_mark = "${local.name}/${plantimestamp()}"

  # The key would go, and with it what it encrypted: nothing else in the plan shows that.
  lost_keys = [for key in var.key[*] : key if key.given_arn != null && key.created_key_kept == null && anytrue(terraform_data.key[*].input)]

  named = var.named == null ? {} : var.named
  # A tag has the time of this plan only if this plan creates the resource.
  new_names = {
    for kind, found in local.named : kind => [
      for name, tags in found : name if lookup(coalesce(tags, {}), "systems-manager-organization:created", "-") == local.creation_mark
    ]
  }
  # By description; the id of a key that this plan creates is not known yet.
  keys = {
    for key in var.keys : key.description => [
      for id in [key.key_id] : id if lookup(coalesce(key.tags, {}), "systems-manager-organization:created", "-") != local.creation_mark
    ]
  }
  unused_keys = jsondecode(coalesce(one(data.external.existing[*].result.unused_keys), "{}"))
  # Read during an apply, it has what the same plan created already. modules/stack-set refuses a StackSet.
  exists_already = [
    for key, found in jsondecode(coalesce(one(data.external.existing[*].result.existing), "{}")) : found.message
    if found.creation_mark != local.creation_mark && !startswith(key, "stack-set/")
  ]

  has_bucket   = contains(keys(local.named), "bucket_names")
  bucket_name  = one(keys(lookup(local.named, "bucket_names", {})))
  bucket_input = lookup(var.inputs, "bucket_names", "name")
  # S3 deletes no bucket that holds anything, but Terraform deletes its policy, versioning and encryption before.
  lost_buckets = [
    for name in terraform_data.bucket[*].input : "This plan would delete the bucket ${name}, which this module created. S3 refuses that while it holds anything, but without its policy, versioning and encryption by then. Set ${local.bucket_input} = \"${name}\" to keep it, and give no other bucket. To delete it with all that it holds, apply ${replace(local.bucket_input, "/(bucket_)?name$/", "force_destroy")} = true first, and give the other bucket after that."
    if name != null && name != local.bucket_name
  ]
}

# Both are written once, by the first apply. Without count, a -refresh-only plan cannot determine that they are not in the state yet.
resource "terraform_data" "first" {
  count = 1

  input = local.current

  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "installation" {
  count = 1

  input = local.new_name

  lifecycle {
    ignore_changes = [input]
  }
}

# Whether the first apply created the key.
resource "terraform_data" "key" {
  count = var.key == null ? 0 : 1

  input = var.key.given_arn == null

  lifecycle {
    ignore_changes = [input]
  }
}

# The bucket that an apply created; a later one only if an apply before has allowed that what it holds is deleted: the AWS provider
# deletes a bucket by the force_destroy in the state.
resource "terraform_data" "bucket" {
  count = local.has_bucket ? 1 : 0

  input = local.bucket_name

  lifecycle {
    ignore_changes = [input]
    # Where one of these is updated, which was there then, and the bucket is another one; not where one is created.
    replace_triggered_by = [terraform_data.emptied]
  }
}

# The second one is there from the apply on that allows it. The first one never changes: what replaces is never without an instance.
resource "terraform_data" "emptied" {
  count = local.has_bucket ? var.buckets_emptied ? 2 : 1 : 0

  input = count.index == 0 ? null : local.bucket_name
}

data "external" "existing" {
  count = var.python_command == null || var.named == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = var.account_id
      region       = var.region
      installation = local.name
      resources    = var.existing_read ? jsonencode(merge(local.new_names, var.stack_set_names, { inputs = var.inputs, keys = local.keys })) : "{}"
    }) : key => value if value != null
  }
}

# Refuses what exists in AWS and is not in the state. No resource depends on this one, so that one plan reports all.
resource "terraform_data" "existing" {
  count = min(length(local.named), 1)

  input = true

  lifecycle {
    precondition {
      condition     = length(local.exists_already) == 0
      error_message = join("\n", [for message in local.exists_already : "EXISTS_ALREADY: ${message}"])
    }

    precondition {
      condition     = length(local.lost_buckets) == 0
      error_message = join("\n", local.lost_buckets)
    }
  }
}

# The answer to kms:CreateKey was lost, or an apply ended: a key has no name by which the next one would find it.
check "keys" {
  assert {
    condition     = length(local.unused_keys) == 0
    error_message = join("\n", values(local.unused_keys))
  }
}
