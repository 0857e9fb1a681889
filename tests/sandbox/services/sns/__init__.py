"""Amazon SNS: moto's."""
