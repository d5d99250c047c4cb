"""The package, and not the source tree, under AWS's own runtime client."""
