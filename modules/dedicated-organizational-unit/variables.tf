variable "name" {
  description = "Name of the organizational unit to create (1 to 128 characters). Give either `name` or `id`."
  type        = string
  default     = null

  validation {
    condition     = (var.name == null) != (var.id == null)
    error_message = "name is ${jsonencode(var.name)} and id is ${jsonencode(var.id)}, but exactly one of the two must be set: name creates an organizational unit, id uses an existing one."
  }

  validation {
    condition     = var.name == null ? true : length(var.name) >= 1 && length(var.name) <= 128
    error_message = "name is ${jsonencode(var.name)}, but the name of an organizational unit has 1 to 128 characters."
  }
}

variable "id" {
  description = "Id of an existing organizational unit to use, for example `ou-ab12-34cd56ef`. It is never changed or deleted."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html
  validation {
    condition     = var.id == null ? true : can(regex("^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$", var.id))
    error_message = "id is ${jsonencode(var.id)}, but the id of an organizational unit looks like \"ou-ab12-34cd56ef\"."
  }
}

variable "parent_id" {
  description = "Root or organizational unit in which the new organizational unit is created, for example `r-ab12`. Without effect beside `id`."
  type        = string
  default     = null

  validation {
    condition     = var.id != null || var.parent_id != null
    error_message = "parent_id is null, but a new organizational unit needs a parent: give the organization's root, for example \"r-ab12\", or another organizational unit."
  }

  validation {
    condition     = var.parent_id == null ? true : can(regex("^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$", var.parent_id))
    error_message = "parent_id is ${jsonencode(var.parent_id)}, but must be a root (\"r-ab12\") or an organizational unit (\"ou-ab12-34cd56ef\")."
  }
}

variable "account" {
  description = <<-EOT
    Account to place in the organizational unit. It is moved, never changed, and moved back on destroy. Null: none.
    - `id`: 12 digits, an account of the organization.
    - `parent_id`: where it is now, `placed_account_parent_id` of `observe.py organization`. Remembered at the first apply as the place to move it back to. Not needed without `script`.
  EOT
  type = object({
    id        = string
    parent_id = optional(string, "")
  })
  default = null

  validation {
    condition     = var.account == null ? true : can(regex("^[0-9]{12}$", var.account.id))
    error_message = "account is ${jsonencode(var.account)}, but an account id has 12 digits."
  }

  # Without it the account could not be moved back, and AWS deletes no organizational unit that holds one.
  validation {
    condition     = var.account == null || var.script == null ? true : var.account.parent_id != ""
    error_message = "account is ${jsonencode(var.account)}, but parent_id must say where it is, so that it can be moved back: observe.py organization tells it for placed_account_id, and tells none for an account outside the organization."
  }
}

variable "script" {
  description = "How to run `ensure.py`, and as whom: see `modules/action`. Null: there is no Python; an account in another place is then refused with the AWS CLI command that moves it."
  type = object({
    command    = list(string)
    account_id = string
    region     = string
    profile    = optional(string)
    role_arn   = optional(string)
  })
  default = null
}

variable "tags" {
  description = "Tags of the organizational unit, if it is created here."
  type        = map(string)
  default     = {}
  nullable    = false
}
