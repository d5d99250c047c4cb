"""Checks any Lambda zip before it is deployed, by reading it: nothing in it is run or unpacked to disk."""
