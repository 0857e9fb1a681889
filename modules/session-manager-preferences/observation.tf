# Whether the StackSet exists already.

data "external" "existing" {
  count = var.python_command == null ? 0 : 1

  program = concat(var.python_command, ["${path.module}/../../scripts/observe.py", "existing-resources"])
  query = {
    for key, value in merge(var.script_credentials, {
      account_id   = local.account_id
      region       = local.region
      installation = local.installation
      # Only the administrator of StackSets may read them.
      resources = length(local.errors) > 0 ? "{}" : jsonencode({ stack_set_names = module.stack_set.new_names })
    }) : key => value if value != null
  }
}

# Name of this installation in the tags of what it creates. Generated once.
resource "terraform_data" "installation" {
  # Without count, a -refresh-only plan cannot determine that the resource is not in the state yet.
  count = 1

  input = local.new_installation

  lifecycle {
    ignore_changes = [input]
  }
}

locals {
  installation     = concat(terraform_data.installation[*].input, [local.new_installation])[0]
  new_installation = coalesce(var.installation, "${formatdate("YYYYMMDD'T'hhmmss'Z'", plantimestamp())}-${substr(sha256(var.name), 0, 6)}")
  creation_mark    = "${local.installation}/${plantimestamp()}"
}
