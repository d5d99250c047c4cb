"""How a living system is: each part asked by itself, so that one that fails hides no other."""
