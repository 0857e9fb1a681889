data "aws_organizations_organization" "this" {}

resource "aws_organizations_organizational_unit" "this" {
  name      = "SystemsManager"
  parent_id = data.aws_organizations_organization.this.roots[0].id
}
