"""What `make demo`, `make bench`, `make faults`, `make docs` and `make iam` run."""
