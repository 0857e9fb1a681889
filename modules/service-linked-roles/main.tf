locals {
  existing = flatten([for found in data.aws_iam_roles.service_linked : tolist(found.names)])
  missing  = var.script != null ? [] : [for service, role in var.roles : service if !contains(local.existing, role)]
}

data "aws_iam_roles" "service_linked" {
  count = var.script == null ? 1 : 0

  path_prefix = "/aws-service-role/"
}

# aws_iam_service_linked_role fails where the role exists, and deletes it for everybody on destroy.
module "role" {
  source   = "../action"
  for_each = var.script == null ? [] : toset(keys(var.roles))

  script  = var.script
  verb    = "service-linked-role"
  subject = each.value
  query   = { service_name = each.value }
}
