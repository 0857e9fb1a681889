output "id" {
  description = "Id of the account (12 digits). AWS creates it in the organization's root."
  value       = aws_organizations_account.this.id
}
