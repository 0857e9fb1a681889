"""What the tests stand on: the Terraform adapter, the providers, the workspaces and the closing assertions."""
