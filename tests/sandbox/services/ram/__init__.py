"""AWS Resource Access Manager: moto's, with resource sharing within the organization."""
