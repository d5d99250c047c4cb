"""Buses of events."""
