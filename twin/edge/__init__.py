"""The CloudFront distributions that are deployed to a local AWS, each served on this machine."""

from twin.edge.edge import Edge

__all__ = ["Edge"]
