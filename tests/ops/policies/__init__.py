"""The evaluation of IAM's policies."""
