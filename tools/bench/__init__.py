"""`make bench`: measures the module and its scripts against baselines and lower bounds."""
