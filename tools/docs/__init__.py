"""`make docs` and `make pictures`: the generated parts of every README."""
