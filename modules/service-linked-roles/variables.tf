variable "roles" {
  description = "Service name to the name of its role, for example `{ \"ssm.amazonaws.com\" = \"AWSServiceRoleForAmazonSSM\" }`. https://docs.aws.amazon.com/systems-manager/latest/userguide/using-service-linked-roles.html"
  type        = map(string)
  nullable    = false
}

variable "script" {
  description = "How to run `ensure.py`, and as whom: see `modules/action`. Null: there is no Python; roles that are missing are then refused with the AWS CLI commands that create them."
  type = object({
    command    = list(string)
    account_id = string
    region     = string
    profile    = optional(string)
    role_arn   = optional(string)
  })
  default = null
}
