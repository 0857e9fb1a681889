"""One AWS provider process for many Terraform commands."""
