"""Brings the database back to an earlier time: a new instance beside the old, checked, then in its place."""
