"""Settings, and their records in Parameter Store. Imports no kind of setting."""
