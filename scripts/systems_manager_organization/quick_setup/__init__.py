"""Configuration managers, their deployments, and what to do when one fails. Knows nothing of Terraform's plan."""
