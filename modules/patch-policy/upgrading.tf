# Addresses of previous versions: UPGRADING.md.

moved {
  from = module.turn_1[0]
  to   = module.organization
}

moved {
  from = module.organization
  to   = module.configuration["organization"]
}

moved {
  from = module.management_account[0]
  to   = module.configuration["management_account"]
}
