"""The services, each laid out as moto lays out a service."""
