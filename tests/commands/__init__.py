"""What `make demo`, `make bench`, `make faults` and `make docs` run."""
