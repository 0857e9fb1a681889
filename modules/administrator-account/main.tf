resource "aws_organizations_account" "this" {
  name      = var.name
  email     = var.email
  role_name = var.role_name
  tags      = merge(var.tags, var.creation.mark == null ? {} : { "systems-manager-organization:created" = var.creation.mark })

  lifecycle {
    # An account is not a thing to lose by a `terraform destroy`.
    prevent_destroy = true

    # AWS tells its role's name to nobody, its owner may change name and address, and where it is placed is another
    # step's business.
    ignore_changes = [name, email, role_name, parent_id, tags["systems-manager-organization:created"]]
  }
}
