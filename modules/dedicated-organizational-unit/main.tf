resource "aws_organizations_organizational_unit" "this" {
  count = var.name == null ? 0 : 1

  name      = var.name
  parent_id = var.parent_id
  tags      = merge(var.tags, var.creation_mark == null ? {} : { "systems-manager-organization:created" = var.creation_mark })

  lifecycle {
    # Another parent replaces the unit, and AWS refuses to delete a unit that holds an account: the account moves in between.
    create_before_destroy = true
    ignore_changes        = [tags["systems-manager-organization:created"]]
  }
}
