"""Session Manager's preferences of every account and Region."""
