"""The patch compliance of every account of an organization, in one place: what is behind `report.py compliance`.

Whatever the source, a report is three tables in DuckDB, whose columns are in `columns`: the nodes, the places (each
account in each Region, whether it could be read or not) and the problems.
"""
