# Addresses of former versions: UPGRADING.md.

# The registration has become a setting: it stays as it is.
removed {
  from = module.delegated_administrator.aws_organizations_delegated_administrator.this

  lifecycle {
    destroy = false
  }
}

# Both are calls of modules/quick-setup-configuration now.
moved {
  from = module.ops_center[0].module.configuration
  to   = module.ops_center[0]
}

moved {
  from = module.change_manager[0].module.configuration
  to   = module.change_manager[0]
}
