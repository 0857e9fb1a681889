# Findings of the preflight checks: those of `observe.py organization`, and those that need nothing but the inputs. The scripts read the
# same file of finding codes.

locals {
  finding_definitions = jsondecode(file("${path.module}/scripts/systems_manager_organization/findings.json"))
  adjustable_findings = [for code, entry in local.finding_definitions : code if entry.adjustable]
  severities          = merge({ for code, entry in local.finding_definitions : code => entry.severity }, var.preflight.severities)
  supported_regions   = jsondecode(file("${path.module}/modules/quick-setup-configuration/regions.json"))

  unsupported_regions = {
    for pair in flatten([
      for subject, regions in merge(
        { "the provider's Region" = [local.region] },
        { for name, configuration in local.desired_configurations : name => configuration.regions },
      ) : [for region in setsubtract(regions, local.supported_regions) : { region = region, subject = subject }]
    ]) : pair.region => pair.subject...
  }

  types_path = "${path.module}/modules/quick-setup-configuration/types"
  whole_organization_types = [
    for type in distinct([for configuration in values(local.desired_configurations) : configuration.type]) : type
    if !fileexists("${local.types_path}/${type}.json") ? false : startswith(jsondecode(file("${local.types_path}/${type}.json")).targets, "root")
  ]
  unsupported_targets = {
    for name, configuration in local.desired_configurations : name => [for id in configuration.organizational_unit_ids : id if !startswith(id, "r-")]
    if contains(local.whole_organization_types, configuration.type)
  }

  terraform_findings = concat(
    [
      for region, subjects in local.unsupported_regions : {
        code    = "REGION_NOT_SUPPORTED"
        subject = join(", ", subjects)
        message = "Quick Setup does not support ${region}, according to this version of the module.${templatefile("${path.module}/modules/nearest.tftpl", { given = region, choices = local.supported_regions })}"
        remedy  = "Use ${join(", ", local.supported_regions)}."
      }
    ],
    [
      for name, units in local.unsupported_targets : {
        code    = "TARGET_NOT_SUPPORTED"
        subject = name
        message = "${local.desired_configurations[name].type} is deployed to the whole organization only, and this targets ${join(", ", units)}."
        remedy  = "Set target_organizational_unit_ids of this configuration to the root of the organization."
      } if length(units) > 0
    ],
    local.observed_organization.id == local.organization.id ? [] : [{
      code    = "ORGANIZATION_CHANGED"
      subject = local.observed_organization.id
      message = "The credentials belong to this organization, and the Terraform state to ${local.organization.id}."
      remedy  = "Use the credentials of the other organization, or another state."
    }],
    [
      for first in terraform_data.region[*].input : {
        code    = "REGION_CHANGED"
        subject = local.region
        message = "The AWS provider works in this Region, but what this module created is in ${first}: it would be created a second time, and what is there would remain."
        remedy  = "Set the provider's region to ${first}. To move everything, destroy it there, and then apply it here."
      } if first != local.region
    ],
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-availability-change.html
    # Where it is deployed, AWS has not closed it.
    var.change_manager == null || contains(keys(jsondecode(local.observation.existing)), "AWSQuickSetupType-SSMChangeMgr/change-manager") ? [] : [{
      code    = "CHANGE_MANAGER_CLOSED"
      subject = "change-manager"
      message = "AWS closed Change Manager to new customers on 2025-11-07: in an organization that did not use it before, this configuration fails."
      remedy  = "Remove change_manager, and ask AWS Support for an alternative."
    }],
  )

  # Checks that did not run, and severities that differ from the default.
  notes = concat(
    [
      for code, severity in var.preflight.severities : {
        severity = "note"
        code     = code
        subject  = "preflight.severities"
        message  = severity == "off" ? "Turned off: findings of this code are not reported." : "The severity is ${severity}; the default is ${local.finding_definitions[code].severity}."
        remedy   = "Remove it from preflight.severities to restore the default."
      } if severity != local.finding_definitions[code].severity
    ],
    [
      for code, entry in local.finding_definitions : {
        severity = "note"
        code     = code
        subject  = "python_command"
        message  = "Not checked: this check requires Python."
        remedy   = "Plan on a machine with Python."
      } if local.script == null && entry.found_by == "script"
    ],
  )

  unsorted_findings = concat(
    [
      for finding in local.terraform_findings : merge({ severity = local.severities[finding.code] }, finding)
      if local.severities[finding.code] != "off"
    ],
    local.observed_findings,
    local.notes,
  )
  # Most severe first.
  findings = [
    for key in sort([
      for index, finding in local.unsorted_findings :
      "${index(["error", "warning", "note"], finding.severity)} ${finding.code} ${finding.subject} ${format("%06d", index)}"
    ]) : local.unsorted_findings[tonumber(substr(key, -6, 6))]
  ]

  lines = {
    for severity in ["error", "warning"] : severity => [
      for finding in local.findings : "- ${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}" if finding.severity == severity
    ]
  }
  errors       = local.lines.error
  warnings     = local.lines.warning
  max_reported = 10
}

# Apart from the others: a bucket that the same configuration creates may have a name that no plan knows, and with it every finding
# would be unknown.

locals {
  log_buckets = [
    for name, policy in var.patch_policies : {
      name       = name
      parameters = { OutputS3BucketName = policy.log_bucket.name, OutputBucketRegion = policy.log_bucket.region }
    } if policy.log_bucket != null
  ]
  bucket_findings = flatten([for result in data.external.log_buckets[*].result : jsondecode(result.findings)])
  bucket_lines    = [for finding in local.bucket_findings : "- ${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"]
}

data "external" "log_buckets" {
  count = local.script == null || length(local.log_buckets) == 0 || local.severities["LOG_BUCKET_NOT_FOUND"] == "off" ? 0 : 1

  program = concat(var.python_command, ["${path.module}/scripts/observe.py", "log-buckets"])
  query = merge(local.script_query, {
    configurations = jsonencode(local.log_buckets)
    severities     = jsonencode(var.preflight.severities)
  })
}

check "log_buckets" {
  assert {
    condition     = length(local.bucket_lines) == 0 || local.severities["LOG_BUCKET_NOT_FOUND"] == "error"
    error_message = join("\n", concat(["The preflight checks returned warnings."], local.bucket_lines))
  }
}

check "preflight" {
  assert {
    condition = length(local.warnings) == 0
    error_message = join("\n", concat(
      ["The preflight checks returned warnings."],
      slice(local.warnings, 0, min(local.max_reported, length(local.warnings))),
      length(local.warnings) <= local.max_reported ? [] : ["${length(local.warnings) - local.max_reported} more are in the output preflight_findings."],
    ))
  }
}
