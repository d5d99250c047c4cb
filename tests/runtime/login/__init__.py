"""Tests of the login: a GitHub on loopback, browsers of our own, and Lambda behind a stub."""
