"""AWS Systems Manager: moto's, with service settings, resource data syncs, patch baselines and managed nodes."""
