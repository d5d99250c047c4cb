"""`miyabi frontend`: what would be published, the question, and what came of it."""
