"""The HTTP APIs that are deployed to a local AWS."""
