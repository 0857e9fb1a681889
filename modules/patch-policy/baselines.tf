# Quick Setup requires the baselines as a JSON object with one baseline for every operating system, and deploys it as a template
# parameter of at most 4,096 characters: without descriptions, which nothing reads.

data "aws_ssm_patch_baselines" "default" {
  default_baselines = true
}

data "aws_ssm_patch_baselines" "all" {
  count = var.baselines == null ? 0 : 1
}

locals {
  default_baselines = {
    for baseline in data.aws_ssm_patch_baselines.default.baseline_identities : baseline.operating_system => {
      value    = baseline.baseline_id
      label    = baseline.baseline_name
      disabled = !baseline.default_baseline
    }
  }

  known_baselines = {
    for baseline in flatten(data.aws_ssm_patch_baselines.all[*].baseline_identities) : baseline.baseline_id => baseline
  }

  # AWS lists an own baseline by its id, and a predefined one by its ARN.
  baseline_ids = {
    for operating_system, id in coalesce(var.baselines, {}) : operating_system => contains(keys(local.known_baselines), id) ? id : trimprefix(
      id, "arn:aws:ssm:${data.aws_region.current.id}:${one(data.aws_caller_identity.current[*].account_id)}:patchbaseline/"
    )
  }

  custom_baselines = {
    for operating_system, id in local.baseline_ids : operating_system => {
      value    = id
      label    = local.known_baselines[id].baseline_name
      disabled = false
    } if contains(keys(local.known_baselines), id)
  }

  operating_systems = sort(keys(local.default_baselines))
  unknown_baselines = [
    for operating_system, id in local.baseline_ids : join("", concat(["Patch policy \"${var.name}\": baselines contains ${operating_system} = ${id}, "], (
      !contains(local.operating_systems, operating_system) ? [
        "but Patch Manager has no such operating system.",
        templatefile("${path.module}/../nearest.tftpl", { given = operating_system, choices = local.operating_systems }),
        " It has ${join(", ", local.operating_systems)}.",
      ] :
      contains(keys(local.known_baselines), id) ? ["which is a patch baseline for ${local.known_baselines[id].operating_system}."] :
      [
        "which is not a patch baseline of this account and Region (${data.aws_region.current.id}). ",
        "List them with: aws ssm describe-patch-baselines --region ${data.aws_region.current.id}",
      ]
    )))
    if !contains(keys(local.known_baselines), id) ? true : local.known_baselines[id].operating_system != operating_system
  ]

  selected_baselines = jsonencode(merge(jsondecode(local.frozen_baselines), local.custom_baselines))

  # Versions before 1.0 kept an object.
  frozen_baselines = try(tostring(terraform_data.default_baselines.input), jsonencode(terraform_data.default_baselines.input))
}

# AWS adds baselines over time. They are frozen at the first apply, so that a new one does not change an existing policy.
# `terraform apply -replace` of this resource takes the current ones.
resource "terraform_data" "default_baselines" {
  # Text: the state has the type of an object beside it, four times as long.
  input = jsonencode(local.default_baselines)

  lifecycle {
    ignore_changes = [input]

    precondition {
      condition     = length(local.unknown_baselines) == 0
      error_message = join("\n", local.unknown_baselines)
    }
  }
}
