"""Automations of Systems Manager in several accounts and Regions: what failed where, and why."""
