"""Tests of what writes the generated parts of the documents."""
