# Addresses of previous versions: UPGRADING.md.

moved {
  from = module.organization[0]
  to   = module.configuration["organization"]
}

moved {
  from = module.management_account[0]
  to   = module.configuration["management_account"]
}
