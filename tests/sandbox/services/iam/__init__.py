"""AWS IAM: moto's, with AWS managed policies and service-linked roles."""
