"""What a source found, on disk and in DuckDB. Knows neither a source nor an output."""
