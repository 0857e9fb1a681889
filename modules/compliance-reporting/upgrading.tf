# Addresses of previous versions: UPGRADING.md.

moved {
  from = aws_cloudformation_stack_set.this
  to   = module.stack_set.aws_cloudformation_stack_set.this
}

moved {
  from = aws_cloudformation_stack_instances.this
  to   = module.stack_set.aws_cloudformation_stack_instances.this
}

moved {
  from = terraform_data.targets
  to   = module.stack_set.terraform_data.targets
}

moved {
  from = module.account_region.terraform_data.first
  to   = module.installation.terraform_data.first
}

moved {
  from = terraform_data.installation[0]
  to   = module.installation.terraform_data.installation[0]
}

moved {
  from = terraform_data.existing
  to   = module.installation.terraform_data.existing[0]
}
