"""Automation of Systems Manager: runbooks of an account, the associations that run them, and stacks with both."""
