# What would go wrong, from `observe.py organization` and from the inputs alone. The catalogue of all codes is shared with the script.

locals {
  catalogue           = jsondecode(file("${path.module}/scripts/systems_manager_organization/findings.json"))
  adjustable_findings = [for code, entry in local.catalogue : code if entry.adjustable]
  severities          = merge({ for code, entry in local.catalogue : code => entry.severity }, var.preflight.severities)
  supported_regions   = jsondecode(file("${path.module}/modules/quick-setup-configuration/regions.json"))

  unsupported_regions = {
    for subject, regions in merge(
      { "the provider's Region" = [local.region] },
      { for name, configuration in local.desired_configurations : name => configuration.regions },
    ) : subject => setsubtract(regions, local.supported_regions)
  }

  native_findings = concat(
    [
      for subject, regions in local.unsupported_regions : {
        code    = "REGION_NOT_SUPPORTED"
        subject = subject
        message = "Quick Setup does not exist in ${join(", ", regions)}, as far as this module knows."
        remedy  = "Use ${join(", ", local.supported_regions)}."
      } if length(regions) > 0
    ],
    local.observed_organization.id == local.organization.id ? [] : [{
      code    = "ORGANIZATION_CHANGED"
      subject = local.observed_organization.id
      message = "The credentials belong to this organization, and the Terraform state to ${local.organization.id}."
      remedy  = "Use the credentials of the other organization, or another state."
    }],
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/change-manager-availability-change.html
    var.change_manager == null ? [] : [{
      code    = "CHANGE_MANAGER_CLOSED"
      subject = "change-manager"
      message = "AWS closed Change Manager to new customers on 2025-11-07: whoever has not used it before will see this configuration fail."
      remedy  = "Leave it out, and ask AWS for what replaces it."
    }],
  )

  # What was not looked for, and what counts for more or less than usual, is said as well.
  notes = concat(
    [
      for code, severity in var.preflight.severities : {
        severity = "note"
        code     = code
        subject  = "preflight.severities"
        message  = severity == "off" ? "Turned off: whatever is found is not told." : "Made ${severity == "error" ? "an error" : "a warning"}; it is ${local.catalogue[code].severity == "error" ? "an error" : "a warning"} by default."
        remedy   = "Take it out of preflight.severities for the default."
      } if severity != local.catalogue[code].severity
    ],
    [
      for code, entry in local.catalogue : {
        severity = "note"
        code     = code
        subject  = "python_command"
        message  = "Not looked for: that needs Python."
        remedy   = "Run scripts/observe.py preflight where there is Python."
      } if local.script == null && entry.found_by == "script"
    ],
  )

  unsorted_findings = concat(
    [
      for finding in local.native_findings : merge({ severity = local.severities[finding.code] }, finding)
      if local.severities[finding.code] != "off"
    ],
    local.observed_findings,
    local.notes,
  )
  # The worst first.
  findings = [
    for key in sort([
      for index, finding in local.unsorted_findings :
      "${index(["error", "warning", "note"], finding.severity)} ${finding.code} ${finding.subject} ${format("%06d", index)}"
    ]) : local.unsorted_findings[tonumber(substr(key, -6, 6))]
  ]

  # As Terraform shows them.
  lines = {
    for severity in ["error", "warning"] : severity => [
      for finding in local.findings : "- ${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}" if finding.severity == severity
    ]
  }
  errors       = local.lines.error
  warnings     = local.lines.warning
  max_reported = 10
}

check "preflight" {
  assert {
    condition = length(local.warnings) == 0
    error_message = join("\n", concat(
      ["Preflight found what may go wrong, or went wrong."],
      slice(local.warnings, 0, min(local.max_reported, length(local.warnings))),
      length(local.warnings) <= local.max_reported ? [] : ["And ${length(local.warnings) - local.max_reported} more: see the output preflight_findings."],
    ))
  }
}
