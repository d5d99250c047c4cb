"""Who reaches whom in a VPC."""
