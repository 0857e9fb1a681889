resource "aws_organizations_delegated_administrator" "another_service" {
  account_id        = "222222222222"
  service_principal = "iam.amazonaws.com"
}

resource "aws_organizations_delegated_administrator" "every_service" {
  account_id        = "222222222222"
  service_principal = "*"
}
