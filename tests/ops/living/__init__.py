"""Commands that read a living system, on one that is deployed to the local AWS."""
