"""Building packages, from real wheels, and running what was built."""
