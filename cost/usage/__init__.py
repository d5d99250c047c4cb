"""How much a month uses of what: figures for each resource, from a usage file, from traffic, or none."""

from cost.usage.derived import derive
from cost.usage.figures import Usage
from cost.usage.file import UsageFile
from cost.usage.key import Key
from cost.usage.traffic import Traffic

__all__ = ["Key", "Traffic", "Usage", "UsageFile", "derive"]
