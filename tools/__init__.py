"""The commands that the Makefile runs."""
