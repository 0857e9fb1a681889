"""`make provider-schema`: what the module uses of the AWS provider."""
