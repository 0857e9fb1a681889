"""Terraform with the module, beside the same resources without it."""
