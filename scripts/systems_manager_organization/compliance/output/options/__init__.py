"""The options of a report: their definitions, and what they are parsed to."""
