variable "administrator_account_id" {
  description = "The administrator account (12 digits), in which this is applied."
  type        = string
  nullable    = false
}

variable "email_addresses" {
  description = "Addresses that get the summaries and the alarms. AWS asks each one to confirm."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "region" {
  description = "Region of the buckets and of the build."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "regions" {
  description = "Regions to collect patch compliance from."
  type        = set(string)
  default     = ["ap-northeast-1", "us-east-1"]
  nullable    = false
}

variable "schedule_timezone" {
  description = "Time zone of the report, which is made at 06:00."
  type        = string
  default     = "Asia/Tokyo"
  nullable    = false
}

variable "data_destroyed" {
  description = "Whether destroy deletes the patch compliance and the reports. With false, destroy fails while there are any."
  type        = bool
  default     = false
  nullable    = false
}
