"""`miyabi doctor`: what is wrong, how that is known, and what to do."""
