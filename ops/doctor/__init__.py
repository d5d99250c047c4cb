"""Says what is wrong with a living system: evidence first, then checks, then the root cause and its fix."""
