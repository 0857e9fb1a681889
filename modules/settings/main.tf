# Settings that no Terraform resource manages, brought about in one run of `ensure.py`, and changed back in one.
#   previous  what each setting was before; written once and kept
#   restore   does nothing until it is destroyed
#   changes   acts when it is created or replaced: its triggers say, for a reader of the plan, what changes to what

locals {
  program = var.script == null ? null : concat(var.script.command, ["${path.module}/../../scripts/ensure.py", "settings"])

  identity = var.script == null ? {} : {
    for key, value in {
      account_id       = var.script.account_id
      region           = var.script.region
      profile          = var.script.profile
      role_arn         = var.script.role_arn
      installation     = var.installation
      record_region    = var.record_region
      member_role_name = var.deregistration_guard.member_role_name
      regions          = jsonencode(sort(var.deregistration_guard.regions))
    } : key => value if value != null
  }

  # What is so already keeps the words of the change that led to it: the triggers stay as they are.
  brought_about = {
    for key, setting in var.desired : key => (
      setting.label != null ?
      "${var.observed[key].superseded}${var.observed[key].value} -> ${setting.label} (${plantimestamp()})" :
      var.observed[key].value == setting.value && var.observed[key].change != "" ?
      var.observed[key].change :
      "${var.observed[key].superseded}${var.observed[key].value} -> ${setting.value} (${plantimestamp()})"
    )
  }
  reverted = {
    for key, setting in var.no_longer_wanted : key => (
      setting.change != "" ? setting.change :
      setting.from == setting.to ? "left ${setting.from} (${plantimestamp()})" :
      "${setting.from} -> ${setting.to} (${plantimestamp()})"
    )
  }

  wanted_by_others = flatten([
    for key, setting in var.desired : [
      for other in var.observed[key].others : "${key} is to be ${coalesce(setting.label, setting.value)}, and installation ${other.installation} has made it ${other.value}"
      if setting.label != null ? true : other.value != setting.value
    ]
  ])

  missing = [for key, setting in var.desired : setting.command if var.observed[key].value != setting.value]
}

resource "terraform_data" "previous" {
  for_each = var.desired

  input            = var.observed[each.key].previous
  triggers_replace = each.value.subject

  lifecycle {
    ignore_changes = [input]
  }
}

# Never counted away: doing without Python is no reason to change anything back.
resource "terraform_data" "restore" {
  input = {
    program = local.program
    query = merge(local.identity, {
      action = "restore"
      settings = jsonencode([
        for key, setting in var.desired : {
          key      = key
          subject  = setting.subject
          value    = setting.value
          previous = terraform_data.previous[key].input
          retained = setting.retained
        }
      ])
      execution_role_name = var.execution_role_name
    })
  }

  # The query is one argument of the program, and never goes through a shell. Without Python the default shell has nothing to do.
  provisioner "local-exec" {
    when        = destroy
    interpreter = self.input.program
    command     = self.input.program == null ? "exit 0" : jsonencode(self.input.query)
  }
}

resource "terraform_data" "changes" {
  input            = plantimestamp()
  triggers_replace = var.script == null ? {} : merge(local.brought_about, local.reverted)

  provisioner "local-exec" {
    interpreter = local.program
    command = var.script == null ? "exit 0" : jsonencode(merge(local.identity, {
      settings = jsonencode([
        for key, setting in var.desired : {
          key           = key
          subject       = setting.subject
          value         = setting.value
          specification = setting.specification
          previous      = terraform_data.previous[key].input
          retained      = setting.retained
          change        = local.brought_about[key]
        }
      ])
      reverts = jsonencode(local.reverted)
    }))
  }

  lifecycle {
    ignore_changes = [input]

    precondition {
      condition     = var.ready
      error_message = "The settings are not changed: ready is false."
    }

    precondition {
      condition     = length(local.wanted_by_others) == 0
      error_message = "WANTED_BY_ANOTHER: ${join("; ", local.wanted_by_others)}. Two installations of this module would undo each other: give both the same value, or destroy one of them first. (Or the module call was renamed without a moved block, or the state was lost.)"
    }

    precondition {
      condition     = var.script != null || length(local.missing) == 0
      error_message = "python_command is null, so this module cannot change these settings. Run these commands in account ${var.account_id}, then plan again:\n  ${join("\n  ", local.missing)}"
    }
  }

  # Changing back must be possible before anything is changed: what was interrupted is changed back as well.
  depends_on = [terraform_data.restore]
}
