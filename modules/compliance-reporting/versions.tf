terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
    # Of modules/installation.
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}
