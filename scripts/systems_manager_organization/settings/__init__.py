"""What a setting is, and what is recorded of it in Parameter Store. Knows no kind of setting."""
