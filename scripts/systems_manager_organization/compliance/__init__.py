"""The patch compliance of every account of an organization: what is behind `report.py compliance`.

From any source, a report is three tables in DuckDB, whose columns are in `columns`: the nodes, the accounts and
Regions (whether they could be read or not) and the problems.
"""
