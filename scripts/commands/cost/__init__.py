"""`miyabi cost`: what environments and templates cost a month, and why."""
