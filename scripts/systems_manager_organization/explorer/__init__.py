"""Resource data syncs of Explorer, and their OpsData."""
