"""What the stacks of a definition make, and what runs in them."""
