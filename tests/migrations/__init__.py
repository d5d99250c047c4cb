"""Tests of the migrations' SQL: what they build, what they mend, and that a live database bears them."""
