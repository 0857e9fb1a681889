# administrator_account_id and regions come from ../management, as management.auto.tfvars.json.

variable "administrator_account_id" {
  description = "The administrator account (12 digits), in which this is applied."
  type        = string
  nullable    = false
}

variable "regions" {
  description = "Regions in use, among them the home Region."
  type        = set(string)
  nullable    = false
}

variable "home_region" {
  description = "Home Region of the unified console, which cannot be changed, and Region of the bucket of session logs."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "session_preferences_replaced" {
  description = "Whether preferences of Session Manager that an account has already are replaced, until destroy puts them back. With false they are kept."
  type        = bool
  default     = false
  nullable    = false
}

variable "session_logs_destroyed" {
  description = "Whether destroy deletes the logs of sessions and recordings. With false, destroy fails while there are any."
  type        = bool
  default     = false
  nullable    = false
}

variable "node_access_approvers" {
  description = "Id of a group of IAM Identity Center that approves access to nodes with the tag `Environment` = `Production`. It enables just-in-time node access, which **charges every running managed node by the hour**. Null: not enabled."
  type        = string
  default     = null
}

variable "rdp_recording_key_arn" {
  description = "Multi-Region KMS key with which RDP connections by just-in-time node access are recorded, with a replica in each of `regions`: `rdp_recording` of modules/just-in-time-node-access has its tag and policy. Null: not recorded."
  type        = string
  default     = null

  validation {
    condition     = var.rdp_recording_key_arn == null || var.node_access_approvers != null
    error_message = "rdp_recording_key_arn is ${jsonencode(var.rdp_recording_key_arn)}, but connections are recorded by just-in-time node access alone: set node_access_approvers as well."
  }
}

variable "tags" {
  description = "Tags of everything that is created."
  type        = map(string)
  default     = {}
  nullable    = false
}
