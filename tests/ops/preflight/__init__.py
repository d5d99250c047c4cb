"""Tests of the preflight: each part by itself, and all of them at once."""
