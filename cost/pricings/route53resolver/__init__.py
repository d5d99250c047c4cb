"""DNS between networks."""
