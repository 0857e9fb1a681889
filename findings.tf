# What preflight found: from Terraform's own data, and from `observe.py preflight`. The catalogue of all codes is shared with
# the script.

locals {
  catalogue           = jsondecode(file("${path.module}/scripts/systems_manager_organization/findings.json"))
  adjustable_findings = [for code, entry in local.catalogue : code if entry.adjustable]
  tolerated_findings  = toset([for code, severity in local.severities : code if severity != "error"])
  severities = merge(
    { for code, entry in local.catalogue : code => entry.severity },
    # Change Manager is the one that wants the administrator account alone in its organizational unit.
    var.change_manager == null ? {} : { OU_NOT_EXCLUSIVE = "error" },
    var.preflight.severities,
  )

  preflight_query = merge(
    local.observer,
    var.preflight.member_role_name == null ? {} : { member_role_name = var.preflight.member_role_name },
    local.existing_administrator_account_id == null ? {} : { administrator_account_id = local.existing_administrator_account_id },
    {
      severities = jsonencode(var.preflight.severities)
      configurations = jsonencode([
        for name, configuration in local.wanted_configurations : merge(configuration, { name = name })
      ])
    },
  )
}

# By whom it was found.

locals {
  script_findings = local.script == null ? [] : jsondecode(data.external.preflight[0].result.findings)

  # An account that is still to be created has no state and no rivals that could be known.
  administrator_findings = local.account_to_create != null ? [] : flatten(module.delegated_administrator[*].findings)

  # What Change Manager's own module says of the organizational unit is said below, by the unit.
  configuration_findings = [
    for finding in flatten([local.patch_policies[*].findings, local.others[*].findings]) : finding if finding.code != "OU_NOT_EXCLUSIVE"
  ]

  region_findings = contains(local.supported_regions, data.aws_region.current.id) ? [] : [{
    code    = "REGION_NOT_SUPPORTED"
    subject = "the provider's Region, ${data.aws_region.current.id}"
    message = "Quick Setup does not exist there, as far as this module knows."
    remedy  = "Give the provider one of ${join(", ", local.supported_regions)}; configurations can be deployed in others of these."
  }]

  left_over_findings = [
    for name, found in local.left_over_configurations : {
      code    = "CONFIGURATION_LEFT_OVER"
      subject = "${name} (${found.unfinished})"
      message = "An apply did not finish creating this configuration: AWS has its manager and Terraform's state does not. The next apply deletes it and creates another."
      remedy  = "To see why: ${local.report} explain ${name}. To keep it, with an import block: ${local.report} adopt ${name}. To delete it now: ${local.report} discard ${name}"
    } if found.unfinished != ""
  ]

  # Who else is in the dedicated unit. Not among the others: while the unit is still to be created, nobody knows, and one
  # thing unknown would make all unknown.
  dedicated_unit = one(module.dedicated_organizational_unit)
  others_in_unit = local.dedicated_unit == null ? [] : concat(
    tolist(local.dedicated_unit.other_account_ids),
    tolist(local.dedicated_unit.child_organizational_unit_ids),
  )
  unit_findings = length(local.others_in_unit) == 0 || local.severities.OU_NOT_EXCLUSIVE == "off" ? [] : [{
    severity = local.severities.OU_NOT_EXCLUSIVE
    code     = "OU_NOT_EXCLUSIVE"
    subject  = local.dedicated_unit.id
    message  = "The dedicated organizational unit also holds ${join(", ", local.others_in_unit)}, and Change Manager wants the administrator account to be alone in it."
    remedy   = "Move the others elsewhere, or choose another unit."
  }]
  told_of_unit = [for finding in local.unit_findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"]
}

# All of it, the worst first.

locals {
  native_findings = [
    for finding in concat(local.administrator_findings, local.configuration_findings, local.region_findings, local.left_over_findings) : {
      severity = local.severities[finding.code]
      code     = finding.code
      subject  = finding.subject
      message  = finding.message
      remedy   = finding.remedy
    } if local.severities[finding.code] != "off"
  ]

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
        message  = "Not looked for: without Python nobody can."
        remedy   = "Run scripts/observe.py preflight where there is Python."
      } if local.script == null && entry.found_by == "script"
    ],
  )

  unsorted_findings = concat(local.native_findings, local.script_findings, local.notes)
  findings = [
    for key in sort([
      for index, finding in local.unsorted_findings :
      "${index(["error", "warning", "note"], finding.severity)} ${finding.code} ${finding.subject} ${format("%06d", index)}"
    ]) : local.unsorted_findings[tonumber(substr(key, -6, 6))]
  ]

  # As Terraform shows them. Errors of a step that a submodule takes are refused by the submodule, in the same plan.
  warnings = [
    for finding in local.findings : "- ${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}" if finding.severity == "warning"
  ]
  obstacles = [
    for finding in concat(
      [for finding in local.script_findings : finding if finding.severity == "error"],
      [for finding in local.left_over_findings : finding if local.severities.CONFIGURATION_LEFT_OVER == "error"],
    ) : "- ${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"
  ]
  most_told = 10
}
