# administrator_account_id and regions come from ../management, as management.auto.tfvars.json.

variable "administrator_account_id" {
  description = "The administrator account (12 digits), in which this is applied."
  type        = string
  nullable    = false
}

variable "regions" {
  description = "Regions to collect OpsData and patch compliance from."
  type        = set(string)
  nullable    = false
}

variable "home_region" {
  description = "Region of Explorer and of the bucket of patch compliance. An administrator account cannot have a resource data sync of Explorer in an opt-in Region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "patch_compliance_collected" {
  description = "Whether the patch compliance of every account is collected in a bucket, for queries in SQL. AWS charges for the data that is written and scanned."
  type        = bool
  default     = true
  nullable    = false
}

variable "collected_data_destroyed" {
  description = "Whether destroy deletes the patch compliance that was collected. With false, destroy fails while there is any."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
  nullable    = false
}
