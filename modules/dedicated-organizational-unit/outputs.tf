output "id" {
  description = "Id of the organizational unit."
  value       = var.id != null ? var.id : one(aws_organizations_organizational_unit.this[*].id)
}

locals {
  # The tag has the time of this plan only where this plan creates it.
  created = anytrue([
    for unit in aws_organizations_organizational_unit.this :
    lookup(coalesce(unit.tags, {}), "systems-manager-organization:created", "-") == coalesce(var.creation.mark, "none")
  ])
}

output "created" {
  description = "Whether this plan creates the organizational unit, whose id it then does not know; known to every plan."
  value       = local.created
}

output "exists_already" {
  description = "Why this plan may not create an organizational unit that exists: a sentence, if it would create it all the same. Empty: it may."
  value       = local.created ? compact([lookup(var.creation.existing, "organizational-unit", "")]) : []
}
