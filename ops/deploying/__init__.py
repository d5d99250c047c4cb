"""Deploys an environment: package, stacks, migrations and a smoke test, and goes on where it was stopped."""
