"""Shared file systems."""
