"""What the examples of the last release create, and the states that they leave."""
