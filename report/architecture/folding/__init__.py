"""From the resources of templates to an architecture."""
