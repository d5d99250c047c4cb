"""Delivery of streams to where they are kept."""
