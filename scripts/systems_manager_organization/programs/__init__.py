"""`observe.py`, `ensure.py` and `report.py`: which commands each has. Nothing imports this."""
