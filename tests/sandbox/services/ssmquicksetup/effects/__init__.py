"""The resources that a deployment creates in its target accounts and Regions."""
