# Addresses of former versions: UPGRADING.md.

# The registration has become a setting: it stays as it is.
removed {
  from = module.delegated_administrator.aws_organizations_delegated_administrator.this

  lifecycle {
    destroy = false
  }
}
