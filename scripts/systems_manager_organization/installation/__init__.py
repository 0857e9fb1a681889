"""One installation of the Terraform module: what a plan reads, what an apply changes, what already exists."""
