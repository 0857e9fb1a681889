# When changes are allowed: runbooks and associations ask for the state of this calendar.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-change-calendar.html

locals {
  calendar_name = var.change_calendar == null ? null : coalesce(var.change_calendar.name, var.name)
  calendar_arn  = var.change_calendar == null ? null : "arn:${local.partition}:ssm:${local.region}:${local.account_id}:document/${local.calendar_name}"
}

resource "aws_ssm_document" "calendar" {
  count = var.change_calendar == null ? 0 : 1

  name            = local.calendar_name
  document_type   = "ChangeCalendar"
  document_format = "TEXT"
  tags            = local.tags

  # Lines of iCalendar end with CRLF, which files of a repository seldom have: https://www.rfc-editor.org/rfc/rfc5545#section-3.1
  content = "${replace(replace(trimspace(var.change_calendar.content), "\r\n", "\n"), "\n", "\r\n")}\r\n"

  lifecycle {
    ignore_changes = [tags["systems-manager-organization:created"]]

    precondition {
      condition     = length(terraform_data.requirements.input) > 0
      error_message = "The requirements are not met."
    }
  }
}
