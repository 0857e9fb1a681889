"""Organizations to begin with: read from YAML or generated, and seeded."""
