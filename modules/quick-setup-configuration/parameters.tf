# The parameters of each type that AWS's reference has; another type, or one that came later, is sent as it is given.
# https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html

locals {
  catalogued = lookup(jsondecode(file("${path.module}/types.json")), var.type, { targets = "", account_only = [], parameters = {}, needs = [] })

  known_parameters   = keys(local.catalogued.parameters)
  unknown_parameters = local.catalogued.targets == "" ? [] : tolist(setsubtract(keys(var.parameters), local.known_parameters))

  required_parameters = concat(
    [for key, parameter in local.catalogued.parameters : key if parameter.required],
    flatten([
      for need in local.catalogued.needs : need.keys
      if need.value == "*" ? contains(keys(local.parameters), need.key) : lookup(local.parameters, need.key, need.default) == need.value
    ]),
  )
  missing_parameters = setsubtract(local.required_parameters, keys(local.parameters))

  misplaced_parameters = var.targets.organizational_unit_ids == null ? [] : tolist(setintersection(keys(var.parameters), local.catalogued.account_only))

  wrong_parameters = [
    for key, parameter in local.catalogued.parameters : "${key} is ${jsonencode(lookup(var.parameters, key, ""))}, but ${var.type} wants ${parameter.rule}."
    if contains(keys(var.parameters), key) && !can(regex("^(?:${parameter.pattern})$", lookup(var.parameters, key, "")))
  ]
}
