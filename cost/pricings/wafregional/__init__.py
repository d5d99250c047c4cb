"""The classic web application firewall, for a region."""
