# What ../management hands over, as management.auto.tfvars.json.

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
  description = "Region in which Explorer is set up and viewed, and the bucket of patch compliance is. An administrator account can have no resource data sync of Explorer in an opt-in Region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "patch_compliance_collected" {
  description = "Whether the patch compliance of every account is brought together in a bucket, to be asked in SQL. It costs what is written and scanned."
  type        = bool
  default     = true
  nullable    = false
}

variable "collected_data_destroyed" {
  description = "Whether destroy deletes the patch compliance that was collected. With false it is refused as long as there is any."
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
