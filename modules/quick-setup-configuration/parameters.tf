# Validates the parameters of the types that AWS publishes, by types/TYPE.json. Those of any other type are sent unchecked.
# https://docs.aws.amazon.com/quick-setup/latest/APIReference/API_ConfigurationDefinitionInput.html

locals {
  type_file = "${path.module}/types/${var.type}.json"
  type_definition = jsondecode(
    fileexists(local.type_file) ? file(local.type_file) : jsonencode({ targets = "", account_only = [], parameters = {}, needs = [] })
  )

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

  given_parameters = {
    for key, parameter in local.type_definition.parameters : key => {
      value   = var.parameters[key]
      pattern = lookup(parameter, "pattern", "(?s).*")
      rule    = lookup(parameter, "rule", "any text")
      # Null: any. A list of CloudFormation has commas between its elements.
      values   = tolist(lookup(parameter, "values", null))
      elements = tostring(lookup(parameter, "elements", "1"))
      given    = [for element in split(",", var.parameters[key]) : trimspace(element)]
    } if contains(keys(var.parameters), key)
  }

  invalid_parameters = concat(
    [
      for key, parameter in local.given_parameters : "${key} is ${jsonencode(parameter.value)}, but ${var.type} requires ${parameter.rule}."
      if parameter.values == null && !can(regex("^(?:${parameter.pattern})$", parameter.value))
    ],
    [
      for key, parameter in local.given_parameters : "${key} is ${jsonencode(parameter.value)}, but ${var.type} requires ${join("", [
        parameter.elements == "1" ? "" : parameter.elements == "*" ? "a list, with commas between, of " : "${parameter.elements} elements with commas between, the last of them \"novalue\" if you have fewer, of ",
        join(", ", [for value in parameter.values : jsonencode(value)]),
      ])}."
      if parameter.values == null ? false : (
        length(setsubtract(parameter.given, parameter.values)) > 0 ||
        parameter.elements != "*" && tostring(length(parameter.given)) != parameter.elements
      )
    ],
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html (Parameters)
    [
      for key, value in local.parameters : "${key} has ${length(value)} characters, but Quick Setup deploys it as a parameter of a CloudFormation template, which has at most 4,096. Shorten it."
      if length(value) > 4096
    ],
  )
}
