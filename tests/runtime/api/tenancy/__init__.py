"""Tenancy, attacked at random: a model that says who may do what, and rules that try everything."""
