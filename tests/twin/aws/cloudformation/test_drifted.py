"""Updates of resources that somebody has changed by hand: what the template does not change stays so.

"Detect unmanaged configuration changes", using-cfn-stack-drift.html: an update compares two templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.twin.aws.cloudformation.small import (
    create,
    resource_reasons,
    status,
    tags,
    template,
    topic,
)

if TYPE_CHECKING:
    from twin.aws.clients import Aws


def update(aws: Aws, body: str) -> list[str]:
    """Update the stack; gives the reasons of what failed."""
    aws.client("cloudformation").update_stack(StackName="small", TemplateBody=body)
    return resource_reasons(aws, "UPDATE_FAILED")


def display_name(aws: Aws) -> str:
    """What the topic is called in mails."""
    found: str = aws.client("sns").get_topic_attributes(TopicArn=aws.arn("sns", "t"))["Attributes"][
        "DisplayName"
    ]
    return found


def test_a_drifted_value_that_is_not_to_change_stays_and_stops_no_update(aws: Aws) -> None:
    create(aws, {"A": topic(TopicName="t", DisplayName="template")})
    arn = aws.arn("sns", "t")
    aws.client("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="DisplayName", AttributeValue="by hand"
    )

    assert [] == update(aws, template({"A": topic(TopicName="t", DisplayName="template", Tags=tags(K="v"))}))
    assert ("UPDATE_COMPLETE", "by hand") == (status(aws), display_name(aws))
    assert [] == update(aws, template({"A": topic(TopicName="t", DisplayName="new", Tags=tags(K="v"))}))
    assert "new" == display_name(aws)


@pytest.mark.parametrize("before", [{}, {"Tags": tags(First="1", Second="2")}], ids=["untagged", "tagged"])
def test_tags_that_somebody_gave_stay_beside_the_templates(aws: Aws, before: dict[str, object]) -> None:
    """Among the template's own tags they have another place after the update."""
    create(aws, {"A": topic(TopicName="t", **before)})
    sns, arn = aws.client("sns"), aws.arn("sns", "t")
    sns.tag_resource(ResourceArn=arn, Tags=tags(By="hand"))

    assert [] == update(aws, template({"A": topic(TopicName="t", Tags=tags(Third="3"))}))
    assert "UPDATE_COMPLETE" == status(aws)
    found = {tag["Key"] for tag in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    assert {"By", "Third"} == found


def test_what_is_gone_can_not_be_changed(aws: Aws) -> None:
    """As AWS has it, the rollback fails of it as well; skipping the resource gets the stack out of that."""
    cloudformation = aws.client("cloudformation")
    create(aws, {"A": topic(TopicName="t", DisplayName="template")})
    aws.client("sns").delete_topic(TopicArn=aws.arn("sns", "t"))

    [first, *_] = update(aws, template({"A": topic(TopicName="t", DisplayName="new")}))
    assert "HandlerErrorCode: NotFound" in first
    assert "UPDATE_ROLLBACK_FAILED" == status(aws)
    cloudformation.continue_update_rollback(StackName="small", ResourcesToSkip=["A"])
    assert "UPDATE_ROLLBACK_COMPLETE" == status(aws)
