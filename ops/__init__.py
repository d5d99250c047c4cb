"""Talks to a living system: plan, deploy, adopt, migrate, read outputs, diagnose."""
