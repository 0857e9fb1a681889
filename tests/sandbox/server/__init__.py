"""The server: who asks, what was asked, and the gateway to moto."""
