output "id" {
  description = "Id of the organizational unit."
  value       = var.id != null ? var.id : one(aws_organizations_organizational_unit.this[*].id)
}

locals {
  # The tag has the time of this plan only if this plan creates the unit.
  created = anytrue([
    for unit in aws_organizations_organizational_unit.this :
    lookup(coalesce(unit.tags, {}), "systems-manager-organization:created", "-") == coalesce(var.creation_mark, "none")
  ])
}

output "created" {
  description = "Whether this plan creates the organizational unit, whose id is then unknown. Known to every plan."
  value       = local.created
}

output "exists_already" {
  description = "Reason why this plan must not create the organizational unit, if it would create one that exists already. Otherwise empty."
  value       = local.created ? compact([lookup(var.existing, "organizational-unit", "")]) : []
}
