resource "aws_organizations_account" "this" {
  name      = var.name
  email     = var.email
  role_name = var.role_name
  tags      = merge(var.tags, var.creation_mark == null ? {} : { "systems-manager-organization:created" = var.creation_mark })

  lifecycle {
    # A `terraform destroy` must never close an account.
    prevent_destroy = true

    # AWS does not return the role's name, the owner of the account may change its name and email, and modules/settings manages
    # its parent.
    ignore_changes = [name, email, role_name, parent_id, tags["systems-manager-organization:created"]]
  }
}
