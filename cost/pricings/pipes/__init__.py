"""Pipes."""
