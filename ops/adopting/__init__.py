"""Takes a system that was made by hand into stacks, and leads it to what it is to become."""
