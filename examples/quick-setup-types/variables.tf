variable "organizational_unit_ids" {
  description = "Organizational units to deploy to, for example `[\"ou-ab12-34cd56ef\"]`. Config recording and conformance packs are deployed to the whole organization in any case."
  type        = set(string)
  nullable    = false
}

variable "config_administrator_account_id" {
  description = "Delegated administrator of AWS Config (12 digits), registered for `config-multiaccountsetup.amazonaws.com`, which holds the conformance packs of the organization."
  type        = string
  nullable    = false
}

variable "home_region" {
  description = "Region in which Quick Setup keeps its configurations, and Resource Explorer its index of all Regions."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "regions" {
  description = "Regions in which Quick Setup deploys."
  type        = set(string)
  default     = ["ap-northeast-1", "us-east-1"]
  nullable    = false
}
