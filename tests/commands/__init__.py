"""What `make demo`, `make bench` and `make faults` run."""
