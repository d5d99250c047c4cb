"""The databases of a twin, each on a PostgreSQL that is real."""
