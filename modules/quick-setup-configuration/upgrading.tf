# Resources of previous versions: UPGRADING.md.

removed {
  from = terraform_data.deployment

  lifecycle {
    destroy = false
  }
}
