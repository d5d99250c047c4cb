"""`miyabi diagram`."""
