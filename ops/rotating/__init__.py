"""Renews secrets of a living system without a failed request, and goes on where it was stopped."""
