"""Applies the migrations, and stays compatible with the tool that applied the first seven."""
