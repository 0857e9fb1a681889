"""`report.py nodes`: every node of the organization, and why an instance is not managed."""
