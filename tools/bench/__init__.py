"""`make bench`: the module and its scripts beside their baselines and bounds."""
