# What ../management hands over, as management.auto.tfvars.json.

variable "administrator_account_id" {
  description = "The administrator account (12 digits), in which this is applied."
  type        = string
  nullable    = false
}

variable "regions" {
  description = "Regions to collect OpsData from."
  type        = set(string)
  nullable    = false
}

variable "home_region" {
  description = "Region in which Explorer is set up and looked at. An administrator account can have no resource data sync in an opt-in Region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
  nullable    = false
}
