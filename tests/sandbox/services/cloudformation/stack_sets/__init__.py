"""StackSets: Quick Setup's, and those with service-managed permissions."""
