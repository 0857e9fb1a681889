variable "home_region" {
  description = "Region of Explorer."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "python_command" {
  description = "Command that runs Python, for example `[\"/opt/systems-manager/bin/python3\"]`, if the workspace has an agent with Python. Null: HCP Terraform's own workers, which have no Python."
  type        = list(string)
  default     = null
}
