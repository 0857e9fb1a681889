"""The types of configuration, and the parameters that each takes."""
