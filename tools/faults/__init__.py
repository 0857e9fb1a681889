"""`make faults`: every AWS call of an apply fails once, in turn."""
