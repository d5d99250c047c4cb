"""Deployments of code."""
