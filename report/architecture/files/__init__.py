"""A drawing as a file: SVG, draw.io, PNG."""
