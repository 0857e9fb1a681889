"""Resource data syncs of Explorer, and the OpsData that arrives by them. Knows nothing of Quick Setup."""
