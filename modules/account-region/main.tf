# Of what is in another account or Region the AWS provider reads that it was deleted.

locals {
  current = "account ${var.account_id}, Region ${var.region}"
  first   = concat(terraform_data.first[*].input, [local.current])[0]
}

# Written once, by the first apply.
resource "terraform_data" "first" {
  # Without count, a -refresh-only plan cannot determine that the resource is not in the state yet.
  count = 1

  input = local.current

  lifecycle {
    ignore_changes = [input]
  }
}
