"""The HTTP APIs that are deployed to a local AWS, each served at an address of this machine."""

from twin.http_api.apis import HttpApis

__all__ = ["HttpApis"]
