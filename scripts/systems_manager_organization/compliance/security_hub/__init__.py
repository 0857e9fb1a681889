"""Findings of Security Hub CSPM, of each noncompliant node in its own account and Region."""
