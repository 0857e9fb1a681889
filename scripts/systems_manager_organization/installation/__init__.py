"""One installation of the Terraform module: what a plan asks, what an apply changes, what exists already."""
