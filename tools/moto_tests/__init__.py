"""moto's own tests, against the sandbox."""
