"""Snapshots of reports: AWS keeps no history of compliance."""
