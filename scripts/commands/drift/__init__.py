"""`miyabi drift`: what was changed by hand."""
