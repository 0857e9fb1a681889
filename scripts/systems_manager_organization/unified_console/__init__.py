"""The unified console of Systems Manager."""
