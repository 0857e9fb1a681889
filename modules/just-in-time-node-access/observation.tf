# The query with which a plan reads what exists already, and its result. Without Python there is no query.

data "external" "this" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "unified-console"])
  query   = merge(local.script_query, { type = "AWSQuickSetupType-JITNA" })
}

# Apart: it names StackSets, which wait for the configuration, which waits for the data source above.
data "external" "stack_sets" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = merge(local.script_query, {
    # Only the administrator of StackSets may read them.
    resources = length(local.errors) > 0 ? "{}" : jsonencode({
      # Not module.policies[*]: that waits for all of the module.
      stack_set_names = concat(
        length(var.auto_approval) + length(var.manual_approval) == 0 ? [] : module.policies[0].new_names,
        var.events == null ? [] : module.events[0].new_names,
        var.rdp_recording == null ? [] : module.recording[0].new_names,
      )
    })
  })
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
  creation_mark    = "${local.installation}/${plantimestamp()}"
  script_query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = local.installation
    }) : key => value if value != null
  }

  existing = {
    for key, found in jsondecode(length(data.external.this) == 0 ? "{}" : data.external.this[0].result.existing) : key => found.message
    # Read during an apply, it has what the same plan created already.
    if found.creation_mark != local.creation_mark
  }
  findings = jsondecode(length(data.external.this) == 0 ? "[]" : data.external.this[0].result.findings)
}

check "managers" {
  assert {
    condition     = length(local.findings) == 0
    error_message = join("\n", [for finding in local.findings : "${finding.code} ${finding.subject}: ${finding.message} ${finding.remedy}"])
  }
}
