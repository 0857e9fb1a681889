"""Processes forked from one that has imported everything, in place of new ones."""
