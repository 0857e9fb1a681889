# Settings that no Terraform resource manages. One run of `ensure.py` applies all of them, and one run restores them.
#   previous  the value of each setting before the first apply; never updated
#   restore   restores the previous values on destroy
#   changes   applies the settings when it is created or replaced; its triggers show the old and the new value in the plan

locals {
  program = var.script == null ? null : concat(var.script.command, ["${path.module}/../../scripts/ensure.py", "settings"])

  script_query = var.script == null ? {} : {
    for key, value in merge(var.script.query, {
      installation     = var.installation
      record_region    = var.record_region
      member_role_name = var.deregistration_guard.member_role_name
      regions          = jsonencode(sort(var.deregistration_guard.regions))
    }) : key => value if value != null
  }

  # With KIND/NAME in each; the keys of the map stay known to every plan.
  desired = { for key, setting in var.desired : key => merge(setting, { key = coalesce(setting.key, key) }) }

  # A setting that has its desired value keeps the text of the change that led to it, so that the triggers do not change.
  changes = {
    for setting in values(local.desired) : setting.key => (
      setting.label != null ?
      "${var.observed[setting.key].superseded}${var.observed[setting.key].value} -> ${setting.label} (${plantimestamp()})" :
      var.observed[setting.key].value == setting.value && var.observed[setting.key].change != "" ?
      var.observed[setting.key].change :
      "${var.observed[setting.key].superseded}${var.observed[setting.key].value} -> ${setting.value} (${plantimestamp()})"
    )
  }
  reverts = {
    for key, setting in var.no_longer_wanted : key => (
      setting.change != "" ? setting.change :
      setting.from == setting.to ? "left ${setting.from} (${plantimestamp()})" :
      "${setting.from} -> ${setting.to} (${plantimestamp()})"
    )
  }

  conflicts = flatten([
    for setting in values(local.desired) : [
      for other in var.observed[setting.key].others :
      "${setting.key} is to be ${coalesce(setting.label, setting.value)}, and installation ${other.installation} has set it to ${other.value}"
      if setting.label != null ? true : other.value != setting.value
    ]
  ])

  pending_commands = [for setting in values(local.desired) : setting.command if var.observed[setting.key].value != setting.value]
}

resource "terraform_data" "previous" {
  for_each = local.desired

  input            = var.observed[each.value.key].previous
  triggers_replace = each.value.subject

  lifecycle {
    ignore_changes = [input]
  }
}

# Without count: removing Python must not restore anything.
resource "terraform_data" "restore" {
  input = {
    program = local.program
    query = merge(local.script_query, {
      action = "restore"
      settings = jsonencode([
        for key, setting in local.desired : {
          key      = setting.key
          subject  = setting.subject
          value    = setting.value
          previous = terraform_data.previous[key].input
          retained = setting.retained
        }
      ])
      execution_role_name = var.execution_role_name
    })
  }

  # The query is one argument of the program: no shell interprets it. Without Python the default shell runs a command that does nothing.
  provisioner "local-exec" {
    when        = destroy
    interpreter = self.input.program
    command     = self.input.program == null ? "exit 0" : jsonencode(self.input.query)
  }
}

resource "terraform_data" "changes" {
  input            = plantimestamp()
  triggers_replace = var.script == null ? {} : merge(local.changes, local.reverts)

  provisioner "local-exec" {
    interpreter = local.program
    command = var.script == null ? "exit 0" : jsonencode(merge(local.script_query, {
      settings = jsonencode([
        for key, setting in local.desired : {
          key           = setting.key
          subject       = setting.subject
          value         = setting.value
          specification = setting.specification
          previous      = terraform_data.previous[key].input
          retained      = setting.retained
          change        = local.changes[setting.key]
        }
      ])
      reverts = jsonencode(local.reverts)
    }))
  }

  lifecycle {
    ignore_changes = [input]

    precondition {
      condition     = var.ready
      error_message = "The settings are not changed: ready is false."
    }

    precondition {
      condition     = var.lost_record == ""
      error_message = "EXISTS_ALREADY: ${var.lost_record}"
    }

    precondition {
      condition     = length(local.conflicts) == 0
      error_message = "SETTING_CONFLICT: ${join("; ", local.conflicts)}. Two installations of this module would undo each other: give both the same value, or destroy one of them first. (Or the module call was renamed without a moved block, or the state was lost.)"
    }

    precondition {
      condition     = var.script != null || length(local.pending_commands) == 0
      error_message = "python_command is null, so this module cannot change these settings. Run these commands in account ${var.account_id}, then plan again:\n  ${join("\n  ", local.pending_commands)}"
    }
  }

  # Created before anything is changed, so that destroy also restores an interrupted apply.
  depends_on = [terraform_data.restore]
}
