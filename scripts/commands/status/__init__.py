"""`miyabi status`: the system on one screen."""
