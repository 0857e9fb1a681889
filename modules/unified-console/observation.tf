# The query with which a plan reads what exists already and what does the same, and its result. Without Python there is no query.

data "external" "this" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "unified-console"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = module.installation.name
      schedules    = jsonencode(local.schedules)
    }) : key => value if value != null
  }
}

locals {
  existing = {
    for key, found in jsondecode(length(data.external.this) == 0 ? "{}" : data.external.this[0].result.existing) : key => found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != module.installation.creation_mark
  }
  findings = jsondecode(length(data.external.this) == 0 ? "[]" : data.external.this[0].result.findings)
}

check "duplicates" {
  assert {
    condition     = length(local.findings) == 0
    error_message = join("\n", [for finding in local.findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"])
  }
}
