"""Groups of machines."""
