"""Amazon EC2: moto's, with the instances of scenarios."""
