"""Private certificate authorities."""
