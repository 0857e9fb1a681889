"""Results on disk and in DuckDB. Imports neither sources nor outputs."""
