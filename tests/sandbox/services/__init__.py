"""The services, each with moto's layout."""
