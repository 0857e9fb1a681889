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
