"""AWS Account Management: moto's, with the Regions of an account."""
