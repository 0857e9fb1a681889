"""EventBridge: moto's, and where events of AWS's services go."""
