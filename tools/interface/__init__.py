"""The interface of the module, and how it differs from that of the last release."""
