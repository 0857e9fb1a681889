"""The command line and the query of the external data source. Knows no feature."""
