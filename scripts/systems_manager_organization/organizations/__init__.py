"""Accounts, organizational units, and the settings of AWS Organizations. Knows nothing of Quick Setup."""
