"""Puts a built frontend where CloudFront serves it from: files, plan, upload and invalidation."""
