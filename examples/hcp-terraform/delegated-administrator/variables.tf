variable "home_region" {
  description = "Region in which Explorer is set up and viewed."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "python_command" {
  description = "How to run Python, where the workspace has an agent that has it: `[\"python3\"]`. Null: HCP Terraform's own workers, which have none."
  type        = list(string)
  default     = null
}
