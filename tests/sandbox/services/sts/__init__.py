"""AWS STS: moto's, with trust policies."""
