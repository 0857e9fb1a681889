"""`make docs`: the tables of every README."""
