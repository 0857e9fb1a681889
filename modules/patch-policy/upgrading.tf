# Addresses of previous versions: UPGRADING.md.

moved {
  from = module.turn_1[0]
  to   = module.organization
}
