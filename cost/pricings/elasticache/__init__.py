"""Caches in memory."""
