"""Tests of `miyabi deploy`."""
