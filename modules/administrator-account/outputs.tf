locals {
  # The tag has the time of this plan only where this plan creates it.
  created = lookup(coalesce(aws_organizations_account.this.tags, {}), "systems-manager-organization:created", "-") == coalesce(var.creation.mark, "none")
}

output "created" {
  description = "Whether this plan creates the account, whose id it then does not know; known to every plan."
  value       = local.created
}

output "exists_already" {
  description = "Why this plan may not create an account that exists: a sentence, if it would create it all the same. Empty: it may."
  value       = local.created ? compact([lookup(var.creation.existing, "organizations-account", "")]) : []
}

output "id" {
  description = "Id of the account (12 digits). AWS creates it in the organization's root."
  value       = aws_organizations_account.this.id
}
