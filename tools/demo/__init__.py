"""`make demo` and `make sandbox`: an AWS organization on this machine."""
