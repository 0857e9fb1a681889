# Systems Manager's cron expressions: six fields, of which the day of the month or the day of the week is "?".
# https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
locals {
  minute       = "[0-5]?[0-9]"
  hour         = "([01]?[0-9]|2[0-3])"
  day_of_month = "(0?[1-9]|[12][0-9]|3[01])"
  month        = "(0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
  day_of_week  = "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
  year         = "(19[7-9][0-9]|20[0-9]{2}|21[0-9]{2})"

  # Each field: "*", or values, ranges and steps joined by commas.
  field = {
    for name, value in {
      minute       = local.minute
      hour         = local.hour
      day_of_month = local.day_of_month
      month        = local.month
      day_of_week  = local.day_of_week
      year         = local.year
    } : name => "((\\*|${value}(-${value})?)(/[0-9]+)?(,${value}(-${value})?(/[0-9]+)?)*)"
  }

  month_days = "(${local.field.day_of_month}|L|LW|${local.day_of_month}W)"
  week_days  = "(${local.field.day_of_week}|${local.day_of_week}#[1-5]|${local.day_of_week}?L)"
  days       = "(${local.month_days} ${local.field.month} \\?|\\? ${local.field.month} ${local.week_days})"

  cron = "^cron\\(${local.field.minute} ${local.field.hour} ${local.days} ${local.field.year}\\)$"

  cron_rule = "must be cron(minute hour day-of-month month day-of-week year) in UTC, with \"?\" for the day of the month or of the week, for example \"cron(0 1 * * ? *)\" or \"cron(0 2 ? * SUN *)\"."
}
