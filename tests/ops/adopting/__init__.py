"""Tests of `miyabi adopt`."""
