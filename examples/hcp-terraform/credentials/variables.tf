variable "organization" {
  description = "Organization of HCP Terraform."
  type        = string
  nullable    = false
}

variable "project" {
  description = "Project of HCP Terraform that holds the workspace."
  type        = string
  default     = "Default Project"
  nullable    = false
}

variable "workspace" {
  description = "Workspace of this account: `systems-manager-management` or `systems-manager-administrator`."
  type        = string
  nullable    = false
}

variable "policy_files" {
  description = "Phase of a run (`plan`, `apply`) to the files of docs/iam with its permissions. Default: those of the management account; for the administrator account `{ plan = [\"administrator-plan.json\"], apply = [\"administrator-account.json\"] }`."
  type        = map(list(string))
  default = {
    plan  = ["management-plan.json"]
    apply = ["management-plan.json", "management-apply.json", "management-apply-documented.json"]
  }
  nullable = false

  validation {
    condition     = toset(keys(var.policy_files)) == toset(["apply", "plan"])
    error_message = "policy_files is ${jsonencode(var.policy_files)}, but must have the keys plan and apply."
  }
}

variable "openid_connect_provider_arn" {
  description = "OpenID Connect provider of this account for `app.terraform.io`, if one exists. Null: it is created. Default: null."
  type        = string
  default     = null
}

variable "role_name_prefix" {
  description = "Prefix of the names of the roles and policies. Default: `HCPTerraform-`."
  type        = string
  default     = "HCPTerraform-"
  nullable    = false
}

variable "role_path" {
  description = "Path of the roles and policies, which begins and ends with `/`. Default: `/`."
  type        = string
  default     = "/"
  nullable    = false
}

variable "permissions_boundary" {
  description = "ARN of a policy that limits the permissions of the roles. Null: none. Default: null."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the roles and policies. Default: none."
  type        = map(string)
  default     = {}
  nullable    = false
}
