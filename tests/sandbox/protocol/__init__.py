"""AWS's protocols: requests, responses and errors, by the service models."""
