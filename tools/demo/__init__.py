"""`make demo` and `make sandbox`: an AWS Organization on this machine."""
