"""`miyabi rehearse`: a whole deployment on this machine, what is done to it then, and what came of it."""
