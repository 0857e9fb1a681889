output "account_id" {
  description = "The delegated administrator's account id, once it is registered for every service."
  value       = var.account_id

  depends_on = [aws_organizations_delegated_administrator.this]
}

output "service_principals" {
  description = "Services that the account is registered for."
  value       = toset(values(aws_organizations_delegated_administrator.this)[*].service_principal)
}

output "findings" {
  description = "What is wrong, whether it is tolerated or not: list of `code`, `subject`, `message`, `remedy`."
  value       = local.findings
}
