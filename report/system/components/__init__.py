"""What is deployed, component by component: one module for each part of the architecture."""
