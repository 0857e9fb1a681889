variable "organization" {
  description = "Organization of HCP Terraform."
  type        = string
  nullable    = false
}

variable "repository" {
  description = "Repository with the configurations, for example `example/systems-manager`."
  type        = string
  nullable    = false
}

variable "oauth_token_id" {
  description = "OAuth token id of the VCS connection, `ot-…`."
  type        = string
  nullable    = false
}

variable "agent_pool_id" {
  description = "Pool of agents that have Python: ../agent. Null: HCP Terraform's own workers. Default: null."
  type        = string
  default     = null
}

variable "workspaces" {
  description = <<-EOT
    The two workspaces by name, `systems-manager-management` and `systems-manager-administrator`:
    - `working_directory`: the configuration in the repository.
    - `plan_role_arn`, `apply_role_arn`: outputs of ../credentials, in the workspace's account.
    - `read_by`: workspaces that may read its outputs. Default: none.
  EOT
  type = map(object({
    working_directory = string
    plan_role_arn     = string
    apply_role_arn    = string
    read_by           = optional(set(string), [])
  }))
  nullable = false

  validation {
    condition     = toset(keys(var.workspaces)) == toset(["systems-manager-administrator", "systems-manager-management"])
    error_message = "workspaces contains ${join(", ", keys(var.workspaces))}, but must be systems-manager-administrator and systems-manager-management."
  }
}
