"""What is worked out of the tables of a report: coverage, exceptions, deadlines."""
