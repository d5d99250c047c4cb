"""`miyabi invoke`: an event, an answer and the end of a log."""
