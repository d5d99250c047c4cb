"""Makes the zips that Lambda runs, the same bytes from the same sources; see docs/package.md."""
