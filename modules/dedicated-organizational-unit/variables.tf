variable "name" {
  description = "Name of the organizational unit to create (1 to 128 characters). Give either `name` or `id`."
  type        = string
  default     = null

  validation {
    condition     = (var.name == null) != (var.id == null)
    error_message = "name is ${jsonencode(var.name)} and id is ${jsonencode(var.id)}, but exactly one of the two must be set: name creates an organizational unit, id uses an existing one."
  }

  validation {
    condition     = var.name == null ? true : can(regex("^(?s:.{1,128})$", var.name))
    error_message = "name is ${jsonencode(var.name)}, but the name of an organizational unit has 1 to 128 characters: https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateOrganizationalUnit.html"
  }
}

variable "id" {
  description = "Id of an existing organizational unit to use, for example `ou-ab12-34cd56ef`. It is never changed or deleted."
  type        = string
  default     = null

  # https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html
  validation {
    condition     = var.id == null ? true : can(regex("^ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}$", var.id))
    error_message = "id is ${jsonencode(var.id)}, but the id of an organizational unit must have the form \"ou-ab12-34cd56ef\"."
  }
}

variable "parent_id" {
  description = "Root or organizational unit in which the new organizational unit is created, for example `r-ab12`. Ignored with `id`."
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

variable "creation_mark" {
  description = "Value of the tag `systems-manager-organization:created`, which distinguishes what a plan creates from what exists in AWS already. Unique to the installation and the plan: `INSTALLATION/TIME`, with `plantimestamp()`. Null: no such tag."
  type        = string
  default     = null
}

# A variable of its own: what refers to the mark alone does not wait for the query of AWS that leads to this.
variable "existing" {
  description = "Key of a resource to the reason why a plan must not create it: `existing` of `observe.py organization`."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "tags" {
  description = "Tags of the organizational unit, if it is created here."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Organizations"], limit = 49 }) == ""
    error_message = templatefile("${path.module}/../tags.tftpl", { tags = var.tags, services = ["Organizations"], limit = 49 })
  }
}
