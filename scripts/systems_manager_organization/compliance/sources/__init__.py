"""Where nodes come from: Systems Manager's API, the bucket of resource data syncs, Athena. Knows no output."""
