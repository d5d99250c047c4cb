"""`miyabi secret`: what is entered, and what is missing."""
