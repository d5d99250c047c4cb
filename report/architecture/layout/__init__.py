"""From an architecture to a drawing: every box, line and text gets its place."""
