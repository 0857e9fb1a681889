locals {
  organizational_unit_id = var.id != null ? var.id : one(aws_organizations_organizational_unit.this[*].id)
}

resource "aws_organizations_organizational_unit" "this" {
  count = var.id == null ? 1 : 0

  name      = var.name
  parent_id = var.parent_id
  tags      = var.tags

  lifecycle {
    # Another parent is another unit, and AWS deletes none that holds an account: the account moves in between.
    create_before_destroy = true
  }
}

module "account_placement" {
  source = "../action"
  count  = var.script == null || var.account == null ? 0 : 1

  script  = var.script
  verb    = "account-placement"
  subject = var.account.id
  query = {
    placed_account_id      = var.account.id
    organizational_unit_id = local.organizational_unit_id
  }
  before     = var.account.parent_id
  on_destroy = "restore"
}

# Who else is in the unit. The placed account is left out of every answer, so it does not matter whether it has moved yet.
data "aws_organizations_organizational_unit_child_accounts" "this" {
  parent_id = local.organizational_unit_id
}

data "aws_organizations_organizational_units" "this" {
  parent_id = local.organizational_unit_id
}
