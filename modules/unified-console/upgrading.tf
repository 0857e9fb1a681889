# Addresses of previous versions: UPGRADING.md.

moved {
  from = module.account_region.terraform_data.first
  to   = module.installation.terraform_data.first
}

moved {
  from = terraform_data.installation[0]
  to   = module.installation.terraform_data.installation[0]
}
