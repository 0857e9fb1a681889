"""IAM's policy language, which services and authorization share."""
