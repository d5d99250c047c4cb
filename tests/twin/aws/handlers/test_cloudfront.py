"""CloudFront: distributions, and the functions, access controls and headers policies that they use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from tests.twin.aws.handlers.life import Life, live, make

if TYPE_CHECKING:
    from twin.aws.clients import Aws

DISTRIBUTION, FUNCTION = "AWS::CloudFront::Distribution", "AWS::CloudFront::Function"
CONTROL, HEADERS = "AWS::CloudFront::OriginAccessControl", "AWS::CloudFront::ResponseHeadersPolicy"

TAGS = [{"Key": "Component", "Value": "edge"}, {"Key": "Owner", "Value": "backend"}]
EVERY_METHOD = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]
S3_ORIGIN = {
    "DomainName": "miyabi.s3.us-east-1.amazonaws.com",
    "Id": "frontend",
    "OriginAccessControlId": "E327GJI25M56DG",
    "S3OriginConfig": {"OriginAccessIdentity": ""},
}
API_ORIGIN = {
    "CustomOriginConfig": {
        "OriginProtocolPolicy": "https-only",
        "OriginReadTimeout": 35,
        "OriginSSLProtocols": ["TLSv1.2"],
    },
    "DomainName": "abc123.execute-api.us-east-1.amazonaws.com",
    "Id": "api",
    "OriginCustomHeaders": [{"HeaderName": "x-origin-secret", "HeaderValue": "hush"}],
}
PAGES = {
    "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "Compress": True,
    "FunctionAssociations": [
        {"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::123456789012:function/pages"}
    ],
    "ResponseHeadersPolicyId": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "TargetOriginId": "frontend",
    "ViewerProtocolPolicy": "redirect-to-https",
}
API = {
    "AllowedMethods": EVERY_METHOD,
    "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "Compress": True,
    "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "PathPattern": "/api/*",
    "TargetOriginId": "api",
    "ViewerProtocolPolicy": "redirect-to-https",
}
CONFIG = {
    "CacheBehaviors": [API],
    "Comment": "Miyabi test",
    "CustomErrorResponses": [
        {"ErrorCachingMinTTL": 0, "ErrorCode": 404},
        {"ErrorCachingMinTTL": 60, "ErrorCode": 503, "ResponseCode": 200, "ResponsePagePath": "/sorry.html"},
    ],
    "DefaultCacheBehavior": PAGES,
    "DefaultRootObject": "index.html",
    "Enabled": True,
    "HttpVersion": "http2and3",
    "IPV6Enabled": True,
    "Logging": {
        "Bucket": "logs.s3.us-east-1.amazonaws.com",
        "IncludeCookies": False,
        "Prefix": "cloudfront/",
    },
    "Origins": [S3_ORIGIN, API_ORIGIN],
    "PriceClass": "PriceClass_100",
    "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    "WebACLId": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/miyabi/1",
}
OTHER_CONFIG = {
    "Aliases": ["app.miyabi.example"],
    "Comment": "Miyabi test, with a domain",
    "DefaultCacheBehavior": {
        **{name: value for name, value in PAGES.items() if name != "FunctionAssociations"},
        "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
        "CachedMethods": ["GET", "HEAD", "OPTIONS"],
        "TrustedKeyGroups": ["a-key-group"],
    },
    "Enabled": True,
    "OriginGroups": {
        "Items": [
            {
                "FailoverCriteria": {"StatusCodes": {"Items": [500, 503], "Quantity": 2}},
                "Id": "both",
                "Members": {"Items": [{"OriginId": "frontend"}, {"OriginId": "backup"}], "Quantity": 2},
            }
        ],
        "Quantity": 1,
    },
    "Origins": [S3_ORIGIN, {**S3_ORIGIN, "Id": "backup", "OriginPath": "/old"}],
    "Restrictions": {"GeoRestriction": {"Locations": ["JP"], "RestrictionType": "whitelist"}},
    "ViewerCertificate": {
        "AcmCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1",
        "MinimumProtocolVersion": "TLSv1.2_2021",
        "SslSupportMethod": "sni-only",
    },
}


def function(
    comment: str, code: str = "function handler(event) {\n  return event.request;\n}\n"
) -> dict[str, Any]:
    """A function's own properties."""
    return {"FunctionCode": code, "FunctionConfig": {"Comment": comment, "Runtime": "cloudfront-js-2.0"}}


def control(behaviour: str, **more: str) -> dict[str, Any]:
    """An access control for origins in S3."""
    always = {"OriginAccessControlOriginType": "s3", "SigningBehavior": behaviour, "SigningProtocol": "sigv4"}
    return {"OriginAccessControlConfig": {"Name": "miyabi-test-frontend", **always, **more}}


def headers(**more: Any) -> dict[str, Any]:
    """A headers policy."""
    return {"ResponseHeadersPolicyConfig": {"Name": "miyabi-test-security", **more}}


LIVES = (
    Life(
        DISTRIBUTION,
        lambda _: {"DistributionConfig": CONFIG, "Tags": TAGS},
        lambda _: {
            "DistributionConfig": OTHER_CONFIG,
            "Tags": [{"Key": "Owner", "Value": "frontend"}],
        },
        attributes=("DomainName", "Id"),
        ref="[A-Z][A-Z0-9]{12}",
    ),
    Life(
        FUNCTION,
        lambda _: {"AutoPublish": True, "Name": "miyabi-test-pages", "Tags": TAGS, **function("one")},
        lambda _: {**function("two", "function handler(event) {}\n"), "Tags": None},
        attributes=("FunctionARN", "FunctionMetadata.FunctionARN", "Stage"),
        ref=r"arn:aws:cloudfront::\d{12}:function/miyabi-test-pages",
    ),
    Life(
        CONTROL,
        lambda _: control("always", Description="Reads the frontend"),
        lambda _: control("no-override"),
        attributes=("Id",),
        ref="[A-Z][A-Z0-9]{12}",
    ),
    Life(
        HEADERS,
        lambda _: headers(
            SecurityHeadersConfig={
                "ContentSecurityPolicy": {
                    "ContentSecurityPolicy": "default-src 'self'",
                    "Override": False,
                },
                "ContentTypeOptions": {"Override": True},
                "FrameOptions": {"FrameOption": "DENY", "Override": True},
                "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "same-origin"},
                "StrictTransportSecurity": {
                    "AccessControlMaxAgeSec": 31536000,
                    "IncludeSubdomains": True,
                    "Override": True,
                    "Preload": False,
                },
            }
        ),
        lambda _: headers(
            Comment="for another origin",
            CorsConfig={
                "AccessControlAllowCredentials": False,
                "AccessControlAllowHeaders": {"Items": ["*"]},
                "AccessControlAllowMethods": {"Items": ["GET", "HEAD"]},
                "AccessControlAllowOrigins": {"Items": ["https://miyabi.example"]},
                "AccessControlMaxAgeSec": 600,
                "OriginOverride": True,
            },
            RemoveHeadersConfig={"Items": [{"Header": "server"}]},
            ServerTimingHeadersConfig={"Enabled": True, "SamplingRate": 12.5},
        ),
        attributes=("Id", "LastModifiedTime"),
        ref="[0-9a-f-]{36}",
    ),
)


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_a_resource_is_held_as_it_was_asked_for(aws: Aws, life: Life) -> None:
    live(aws, life)


def test_what_is_taken_away_from_a_distribution_is_gone(aws: Aws) -> None:
    living = make(aws, DISTRIBUTION, {"DistributionConfig": CONFIG, "Tags": TAGS})
    living.update({"DistributionConfig": OTHER_CONFIG})

    told = living.read()
    config = told["DistributionConfig"]
    assert [] == told["Tags"]
    assert "Logging" not in config
    assert [[], [], "", ""] == [
        config["CacheBehaviors"],
        config["DefaultCacheBehavior"]["FunctionAssociations"],
        config["DefaultRootObject"],
        config["WebACLId"],
    ]


def test_what_is_taken_away_from_an_access_control_is_gone(aws: Aws) -> None:
    living = make(aws, CONTROL, control("always", Description="Reads the frontend"))
    living.update(control("always"))

    assert "" == living.read()["OriginAccessControlConfig"]["Description"]


def test_the_address_of_a_distribution_is_one_of_cloudfront_s(aws: Aws) -> None:
    domain = make(aws, DISTRIBUTION, {"DistributionConfig": CONFIG}).read()["DomainName"]

    host, _, rest = domain.partition(".")
    assert ("cloudfront.net", 13) == (rest, len(host))


def test_cloudfront_deletes_no_distribution_that_serves(aws: Aws) -> None:
    living = make(aws, DISTRIBUTION, {"DistributionConfig": CONFIG})
    client = aws.client("cloudfront")
    version = client.get_distribution(**living.identifier)["ETag"]

    with pytest.raises(ClientError, match="DistributionNotDisabled"):
        client.delete_distribution(**living.identifier, IfMatch=version)


def test_a_property_of_another_time_is_refused(aws: Aws) -> None:
    """CNAMEs is what Aliases was called; the API never had it."""
    with pytest.raises(ParamValidationError, match="CNAMEs"):
        make(aws, DISTRIBUTION, {"DistributionConfig": {**CONFIG, "CNAMEs": ["app.miyabi.example"]}})


def code_of(aws: Aws, stage: str) -> str:
    """A function's code at a stage."""
    answer = aws.client("cloudfront").get_function(Name="miyabi-test-pages", Stage=stage)
    code: bytes = answer["FunctionCode"].read()
    return code.decode()


def test_a_function_is_published_each_time_it_changes(aws: Aws) -> None:
    asked = {"AutoPublish": True, "Name": "miyabi-test-pages"}
    living = make(aws, FUNCTION, {**asked, **function("one", "first")})
    assert "first" == code_of(aws, "LIVE")
    living.update({**asked, **function("one", "second")})

    assert ("second", "LIVE") == (code_of(aws, "LIVE"), living.read()["Stage"])


def test_a_function_that_is_not_to_be_published_stays_in_development(aws: Aws) -> None:
    living = make(aws, FUNCTION, {"Name": "miyabi-test-pages", **function("one", "first")})

    assert "DEVELOPMENT" == living.read()["Stage"]
    with pytest.raises(ClientError, match="NoSuchFunctionExists"):
        code_of(aws, "LIVE")

    living.update({**living.desired, "AutoPublish": True})
    assert "first" == code_of(aws, "LIVE")
    living.update({**living.desired, "AutoPublish": False, "FunctionCode": "second"})
    assert ("second", "first") == (code_of(aws, "DEVELOPMENT"), code_of(aws, "LIVE"))


def test_a_function_has_no_tags_of_the_one_that_had_its_name(aws: Aws) -> None:
    asked = {"Name": "miyabi-test-pages", **function("one")}
    make(aws, FUNCTION, {**asked, "Tags": TAGS}).delete()

    assert [] == make(aws, FUNCTION, asked).read()["Tags"]


def test_a_headers_policy_has_a_name_of_its_own(aws: Aws) -> None:
    make(aws, HEADERS, headers(Comment="one"))

    with pytest.raises(ClientError, match="ResponseHeadersPolicyAlreadyExists"):
        make(aws, HEADERS, headers(Comment="two"))


@pytest.mark.parametrize("operation", ["update_response_headers_policy", "delete_response_headers_policy"])
def test_a_headers_policy_that_someone_else_changed_is_left_alone(aws: Aws, operation: str) -> None:
    living = make(aws, HEADERS, headers(Comment="one"))
    client = aws.client("cloudfront")
    version = client.get_response_headers_policy(**living.identifier)["ETag"]
    living.update(headers(Comment="two"))
    change = {"ResponseHeadersPolicyConfig": {"Name": "x"}} if operation.startswith("update") else {}

    with pytest.raises(ClientError, match="PreconditionFailed"):
        getattr(client, operation)(**living.identifier, IfMatch=version, **change)
    assert living.differences(living.desired) == []


@pytest.mark.parametrize("life", LIVES, ids=str)
def test_what_is_gone_can_be_neither_changed_nor_deleted(aws: Aws, life: Life) -> None:
    living = make(aws, life.type, life.desired(aws))
    living.delete()

    with pytest.raises(ClientError, match="NoSuch"):
        living.delete()
    with pytest.raises(ClientError, match="NoSuch"):
        living.update(living.desired)
