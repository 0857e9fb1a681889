# Validates the parameters of the types in AWS's reference. Those of any other type are sent unchecked.
# https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html

locals {
  type_definition = lookup(jsondecode(file("${path.module}/types.json")), var.type, { targets = "", account_only = [], parameters = {}, needs = [] })

  known_parameters   = keys(local.type_definition.parameters)
  unknown_parameters = local.type_definition.targets == "" ? [] : tolist(setsubtract(keys(var.parameters), local.known_parameters))

  required_parameters = concat(
    [for key, parameter in local.type_definition.parameters : key if parameter.required],
    flatten([
      for need in local.type_definition.needs : need.keys
      if need.value == "*" ? contains(keys(local.parameters), need.key) : lookup(local.parameters, need.key, need.default) == need.value
    ]),
  )
  missing_parameters = setsubtract(local.required_parameters, keys(local.parameters))

  misplaced_parameters = var.targets.organizational_unit_ids == null ? [] : tolist(setintersection(keys(var.parameters), local.type_definition.account_only))

  invalid_parameters = [
    for key, parameter in local.type_definition.parameters : "${key} is ${jsonencode(lookup(var.parameters, key, ""))}, but ${var.type} requires ${parameter.rule}."
    if contains(keys(var.parameters), key) && !can(regex("^(?:${parameter.pattern})$", lookup(var.parameters, key, "")))
  ]
}
