"""The classic web application firewall, for CloudFront."""
