locals {
  # The tag has the time of this plan only if this plan creates the account.
  created = lookup(coalesce(aws_organizations_account.this.tags, {}), "systems-manager-organization:created", "-") == coalesce(var.creation_mark, "none")
}

output "created" {
  description = "Whether this plan creates the account, whose id is then unknown. Known to every plan."
  value       = local.created
}

output "exists_already" {
  description = "Reason why this plan must not create the account, if it would create one that exists already. Otherwise empty."
  value       = local.created ? compact([lookup(var.existing, "organizations-account", "")]) : []
}

output "id" {
  description = "Id of the account (12 digits). AWS creates it in the organization's root."
  value       = aws_organizations_account.this.id
}
