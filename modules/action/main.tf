# One thing that AWS can do and no Terraform resource does, as something that Terraform can plan, heal and undo.
# Three resources, because each lives by a clock of its own:
#   before   what was there first; written once for a subject and kept
#   restore  follows today's program and inputs, and does nothing until it is destroyed
#   ensure   acts; replacing it (`-replace`) acts again without undoing anything in between
# What nobody undoes has the last one only.

locals {
  program = concat(var.script.command, ["${path.module}/../../scripts/ensure.py", var.verb])

  identity = {
    account_id = var.script.account_id
    region     = var.script.region
    profile    = var.script.profile
    role_arn   = var.script.role_arn
  }

  query = { for key, value in merge(local.identity, var.query) : key => value if value != null }
}

resource "terraform_data" "before" {
  count = var.on_destroy == null ? 0 : 1

  input            = var.before
  triggers_replace = var.subject

  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "restore" {
  count = var.on_destroy == null ? 0 : 1

  input = {
    program = local.program
    query = merge(local.query, {
      action     = "restore"
      before     = terraform_data.before[0].output
      on_destroy = var.on_destroy
    })
  }
  triggers_replace = var.subject

  # The query travels as one argument of the program and never through a shell.
  provisioner "local-exec" {
    when        = destroy
    interpreter = self.input.program
    command     = jsonencode(self.input.query)
  }
}

resource "terraform_data" "ensure" {
  input            = plantimestamp()
  triggers_replace = var.query

  provisioner "local-exec" {
    interpreter = local.program
    command     = jsonencode(local.query)
  }

  lifecycle {
    ignore_changes = [input]
  }

  # Undoing must be possible before anything is done: an action that fails halfway is restored as well.
  depends_on = [terraform_data.restore]
}
