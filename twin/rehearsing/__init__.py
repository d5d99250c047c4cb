"""Rehearses a deployment on this machine: the local AWS, a real PostgreSQL, the packaged code, real HTTP."""
