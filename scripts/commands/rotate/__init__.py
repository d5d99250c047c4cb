"""The command `miyabi rotate`."""
