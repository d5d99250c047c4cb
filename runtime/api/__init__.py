"""The HTTP API: what the `api` function answers."""
