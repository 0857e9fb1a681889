# Addresses of previous versions: UPGRADING.md.

# The registration is a setting now and is not destroyed.
removed {
  from = module.delegated_administrator.aws_organizations_delegated_administrator.this

  lifecycle {
    destroy = false
  }
}

# Instances of one call of modules/quick-setup-configuration now.
moved {
  from = module.ops_center[0].module.configuration
  to   = module.ops_center[0]
}

moved {
  from = module.change_manager[0].module.configuration
  to   = module.change_manager[0]
}

moved {
  from = module.ops_center[0]
  to   = module.quick_setup_configuration["ops-center"]
}

moved {
  from = module.change_manager[0]
  to   = module.quick_setup_configuration["change-manager"]
}
