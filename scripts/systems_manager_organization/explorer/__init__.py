"""Resource data syncs of Explorer, and their OpsData. Imports nothing of Quick Setup."""
