"""Commands that change a living system other than by a deployment, on the local AWS."""
