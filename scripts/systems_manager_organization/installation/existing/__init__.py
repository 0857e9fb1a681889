"""What exists in AWS with the names that Terraform uses."""
