"""The CloudFront distributions that are deployed to a local AWS."""
