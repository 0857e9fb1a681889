"""The server: the gateway to moto, access keys, rate limits and the call log."""
