"""Handlers of resource types, each held against its service's own API."""
