"""`make faults`: fault injection for each AWS call of an apply."""
