"""The command `miyabi restore`."""
