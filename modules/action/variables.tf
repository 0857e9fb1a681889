variable "script" {
  description = <<-EOT
    How to run `ensure.py`, and as whom:
    - `command`: the Python to run it with, for example `["python3"]` or `["uv", "run", "--script"]`.
    - `account_id`: the account that the AWS provider works in (12 digits). The script stops with SCRIPT_IDENTITY_MISMATCH when its own credentials belong to another.
    - `region`: the provider's Region.
    - `profile`, `role_arn`: credentials for the script where the provider's come from its own block; both null: the environment's.
  EOT
  type = object({
    command    = list(string)
    account_id = string
    region     = string
    profile    = optional(string)
    role_arn   = optional(string)
  })
  nullable = false
}

variable "verb" {
  description = "The verb of `ensure.py`, for example `trusted-access`. `ensure.py --help` describes each and names the Terraform resource that is missing."
  type        = string
  nullable    = false
}

variable "subject" {
  description = "What the action is about, for example an account id or a service principal. Another subject is another action: what was there before is looked at anew, and the former subject is restored."
  type        = string
  nullable    = false
}

variable "query" {
  description = "What is to be true, as the keys of the verb. A change runs the action again."
  type        = map(string)
  nullable    = false
}

variable "before" {
  description = "What was there before this module acted, as the verb's `restore` understands it. Read once for a subject; later values are ignored. Empty: nothing was there."
  type        = string
  default     = ""
  nullable    = false
}

variable "on_destroy" {
  description = "`restore`: put back on destroy what was there before, if this action changed it and nobody changed it since. `retain`: leave it. Null: there is nothing to undo, now or later."
  type        = string
  default     = null

  validation {
    condition     = var.on_destroy == null ? true : contains(["retain", "restore"], var.on_destroy)
    error_message = "on_destroy is ${jsonencode(var.on_destroy)}, but must be \"retain\", \"restore\" or null."
  }
}
