"""AWS Organizations: moto's, with AWS's rules."""
