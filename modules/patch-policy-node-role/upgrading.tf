# Addresses of previous versions: UPGRADING.md.

moved {
  from = terraform_data.installation[0]
  to   = module.installation.terraform_data.installation[0]
}

moved {
  from = terraform_data.existing
  to   = module.installation.terraform_data.existing[0]
}
