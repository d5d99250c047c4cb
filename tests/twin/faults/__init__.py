"""The faults of the catalogue, each given to what is deployed, and seen."""
