"""What several pricings charge for in the same manner."""
