# What State Manager accepts for an association: no months, and an interval of half an hour, or of 1, 2, 4, 8 or 12 hours.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
locals {
  minute       = "([0-5]?[0-9]|0/30)"
  hour         = "(\\*|[01]?[0-9]|2[0-3]|0/(1|2|4|8|12))"
  day_of_month = "(\\*|L|0?[1-9]|[12][0-9]|3[01])"
  day          = "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
  day_of_week  = "(\\*|${local.day}(-${local.day})?(,${local.day}(-${local.day})?)*|${local.day}#[1-5]|${local.day}?L)"

  # A list, used by join() and never by its index: Terraform prints the text of what a condition refers to beside an error.
  cron = ["^cron\\(${local.minute} ${local.hour} (${local.day_of_month} \\* \\?|\\? \\* ${local.day_of_week}) \\*\\)$"]

  cron_rule = "must be cron(minute hour day-of-month month day-of-week year) in UTC, for example \"cron(0 1 * * ? *)\" or \"cron(0 2 ? * SUN *)\", as State Manager accepts it: \"*\" for the month and the year, \"?\" for the day of the month or of the week, one minute or 0/30, and one hour, \"*\", 0/1, 0/2, 0/4, 0/8 or 0/12. https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html"
}
