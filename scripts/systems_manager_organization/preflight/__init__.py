"""What would go wrong in an apply: one module for each family of findings. Changes nothing."""
