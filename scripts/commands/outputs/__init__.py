"""`miyabi outputs`: names, ARNs and endpoints."""
