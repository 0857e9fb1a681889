terraform {
  required_version = ">= 1.9"

  cloud {
    organization = "example"

    workspaces {
      name = "systems-manager-administrator"
    }
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
    external = {
      source  = "hashicorp/external"
      version = "~> 2.3"
    }
  }
}
