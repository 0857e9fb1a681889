"""AWS KMS: moto's."""
