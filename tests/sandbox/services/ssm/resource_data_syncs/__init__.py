"""Resource data syncs of Explorer, and those that write to a bucket."""
