output "configurations" {
  description = "Name to configuration, as in the output `configurations` of `modules/quick-setup-configuration`: the organization's, and the management account's if it is included."
  value       = merge(values(module.configuration)[*].configurations...)
}

output "patch_policies" {
  description = <<-EOT
    Name to what a node with an instance profile of its own needs, for the organization's configuration and the management account's:
    - `id`: of the configuration definition.
    - `bucket_name`: bucket of the patch baselines, in the provider's account and Region.
    - `principal_tag`: `key` and `value` of the tag that the node's role must have to read them: `modules/patch-policy-node-role`.
  EOT
  # ASSUMPTION(definition-id-is-configuration-id): the template's QSConfigurationId is the id of the definition.
  value = {
    for name, configuration in merge(values(module.configuration)[*].configurations...) : name => {
      id            = configuration.id
      bucket_name   = "aws-quicksetup-patchpolicy-${split(":", configuration.arn)[4]}-${configuration.id}"
      principal_tag = { key = "QSConfigId-${configuration.id}", value = configuration.id }
    }
  }
}
