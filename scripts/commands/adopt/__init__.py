"""`miyabi adopt`: what is found, the question, the import, and what is there then."""
