# Addresses of previous versions: UPGRADING.md.

moved {
  from = module.account_region
  to   = module.installation
}

moved {
  from = terraform_data.installation[0]
  to   = module.installation.terraform_data.installation[0]
}
