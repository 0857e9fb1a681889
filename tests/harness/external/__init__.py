"""A stand-in for the provider hashicorp/external, where the Terraform registry cannot be reached."""
