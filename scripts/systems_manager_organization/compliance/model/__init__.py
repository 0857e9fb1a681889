"""Nodes, and the columns of a report: the same for every source and output."""
