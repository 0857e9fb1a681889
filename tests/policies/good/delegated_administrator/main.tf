resource "aws_organizations_delegated_administrator" "this" {
  for_each = toset([
    "member.org.stacksets.cloudformation.amazonaws.com",
    "resource-explorer-2.amazonaws.com",
    "ssm-quicksetup.amazonaws.com",
    "ssm.amazonaws.com",
  ])

  account_id        = "222222222222"
  service_principal = each.value
}

resource "aws_organizations_delegated_administrator" "systems_manager" {
  account_id        = "222222222222"
  service_principal = "ssm.amazonaws.com"
}
