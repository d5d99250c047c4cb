"""The command `miyabi debug`."""
