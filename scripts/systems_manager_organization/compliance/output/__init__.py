"""A report as text, JSON, CSV, Parquet and as a page. Knows no source."""
