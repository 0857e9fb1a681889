"""A stand-in for the provider hashicorp/external, for machines that cannot reach the Terraform registry."""
