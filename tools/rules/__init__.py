"""The validations of inputs, held against the services."""
