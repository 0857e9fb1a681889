"""A release: its checks, its archive and its notes."""
