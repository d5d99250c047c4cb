"""Relational databases."""
