# Addresses of former versions: UPGRADING.md.

moved {
  from = module.turn_1[0]
  to   = module.organization
}
