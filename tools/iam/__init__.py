"""`make iam`: IAM policies from the calls that the examples make."""
