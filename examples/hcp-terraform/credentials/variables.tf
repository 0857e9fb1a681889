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
  description = "Phase of a run (`plan`, `apply`) to the files of docs/iam with its permissions. Default: those of the management account; for the administrator account `{ plan = [\"administrator-account.json\"], apply = [\"administrator-account.json\"] }`."
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
