"""Tests of whole rehearsals."""
