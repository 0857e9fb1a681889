"""The command line, the query of the external data source, and what several commands share of both."""
