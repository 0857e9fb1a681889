"""`make scan`: Checkov over the code and the plans of the examples."""
