"""How a query is run: its tables, its partitions, its SQL."""
