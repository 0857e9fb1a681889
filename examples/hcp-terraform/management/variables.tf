variable "administrator_account_id" {
  description = "Member account that becomes the delegated administrator (12 digits)."
  type        = string
  nullable    = false
}

variable "regions" {
  description = "Regions in which Quick Setup deploys."
  type        = set(string)
  default     = ["ap-northeast-1", "us-east-1"]
  nullable    = false
}

variable "home_region" {
  description = "Region in which Quick Setup keeps its configurations."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "python_command" {
  description = "Command that runs Python, for example `[\"/opt/systems-manager/bin/python3\"]`, if the workspace has an agent with Python. Null: HCP Terraform's own workers, which have no Python."
  type        = list(string)
  default     = null
}
