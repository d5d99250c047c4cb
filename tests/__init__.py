"""Tests, in folders that mirror the packages; golden/ holds the accepted templates."""
