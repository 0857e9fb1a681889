variable "management_state" {
  description = "State file of ../management, whose outputs are read."
  type        = string
  default     = "../management/terraform.tfstate"
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
