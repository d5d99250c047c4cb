"""Tests of the HTTP API, against a PostgreSQL with TLS and as a member of the API's role."""
