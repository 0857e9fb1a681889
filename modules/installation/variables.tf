variable "name" {
  description = "Input `name` of the module that calls this one: part of the name of a new installation."
  type        = string
  nullable    = false
}

variable "installation" {
  description = "Name of the installation, if its state was lost. Only the first plan of a state reads it. Null: a new name. Default: null."
  type        = string
  default     = null
}

variable "account_id" {
  description = "Account of the provider (12 digits)."
  type        = string
  nullable    = false
}

variable "region" {
  description = "Region of the provider."
  type        = string
  nullable    = false
}

variable "administrator_account_id" {
  description = "The only account that is accepted (12 digits). Null: any. Default: null."
  type        = string
  default     = null
}

variable "management_account_id" {
  description = "The management account (12 digits), which is refused. Null: it is not refused. Default: null."
  type        = string
  default     = null
}

variable "python_command" {
  description = "Command that runs Python, as in the root module: it reads what exists already. Null: nothing is read. Default: null."
  type        = list(string)
  default     = null
}

variable "script_credentials" {
  description = "Credentials for the script, as in the root module. Null: those of the environment. Default: null."
  type        = map(string)
  default     = null
}

variable "named" {
  description = "What is refused if this plan creates it and it exists already: kind of `observe.py existing-resources` to names, each with the tags of its resource. Null: nothing is read. Default: null."
  type        = map(map(map(string)))
  default     = null
}

variable "key" {
  description = "Of a module that creates a key unless its caller gives one: the `input` that gives it, what it is given (`given_arn`), and `created_key_kept`. Null: no such key. Default: null."
  type = object({
    input            = string
    given_arn        = optional(string)
    created_key_kept = optional(bool)
  })
  default = null
}

variable "keys" {
  description = "Keys that the caller creates, each with a description of its own: one without an alias that the state has lost is refused or, beside the one in the state, warned of. Default: none."
  type = list(object({
    description = string
    key_id      = string
    tags        = map(string)
  }))
  default  = []
  nullable = false
}

variable "buckets_emptied" {
  description = "Whether a bucket of `named` may be deleted with what it holds, by the applies after the one that sets it. Any other plan that would delete the one that an apply created is refused. Default: false."
  type        = bool
  default     = false
  nullable    = false
}

variable "stack_set_names" {
  description = "Names that modules below create in this plan and refuse, by kind: `new_names` of `modules/stack-set`. They are in the output `existing`. Default: none."
  type        = map(list(string))
  default     = {}
  nullable    = false
}

variable "inputs" {
  description = "Kind to the input that sets its names, for messages. Default: `name` for every kind."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "existing_read" {
  description = "Whether what exists is read. False: the plan is refused in any case, for example in an account that may not read StackSets. Default: true."
  type        = bool
  default     = true
  nullable    = false
}
