"""A stack's own tags, which CloudFormation gives to each of its resources that takes tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.aws.tagging import as_map, as_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cfn.schema import Schema
    from twin.aws.handler import Properties


def with_stack_tags(schema: Schema, properties: Properties, tags: Mapping[str, str]) -> Properties:
    """The properties with the stack's tags among their own, which win where both name one."""
    if not tags or schema.tags is None:
        return properties
    merged = {**tags, **as_map(properties.get(schema.tags))}
    is_list = schema.properties[schema.tags].get("type") == "array"
    return {**properties, schema.tags: as_pairs(merged) if is_list else merged}
