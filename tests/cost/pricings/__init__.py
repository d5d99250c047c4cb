"""What each type costs, type by type."""
