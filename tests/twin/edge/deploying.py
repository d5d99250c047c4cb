"""A distribution before a bucket and an API, deployed to a local AWS by boto3."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.twin.http_api.deploying import Api
    from twin.aws.clients import Aws

BUCKET = "pages-141421356201"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployed distribution."""

    aws: Aws
    distribution_id: str
    arn: str

    def change(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change its configuration."""
        cloudfront = self.aws.client("cloudfront")
        found = cloudfront.get_distribution_config(Id=self.distribution_id)
        change(found["DistributionConfig"])
        cloudfront.update_distribution(
            Id=self.distribution_id, DistributionConfig=found["DistributionConfig"], IfMatch=found["ETag"]
        )

    def put(self, key: str, content: bytes, **parameters: Any) -> None:
        """Put an object into the bucket."""
        self.aws.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content, **parameters)

    def let_read(self, *actions: str) -> None:
        """Let the distribution do something with the bucket."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": list(actions),
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            "Condition": {"ArnLike": {"aws:SourceArn": self.arn}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        self.aws.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    def invalidate(self, path: str) -> None:
        """Have a path forgotten."""
        self.aws.client("cloudfront").create_invalidation(
            DistributionId=self.distribution_id,
            InvalidationBatch={"CallerReference": path, "Paths": {"Quantity": 1, "Items": [path]}},
        )


def deploy(aws: Aws, api_host: str, *, function: bytes | None = None) -> Deployed:
    """The frontend's bucket from the cache, `/api/*` from an API, with a secret header."""
    aws.client("s3").create_bucket(Bucket=BUCKET)
    cloudfront = aws.client("cloudfront")
    control = cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "pages",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
    )["OriginAccessControl"]["Id"]
    common = {"ViewerProtocolPolicy": "redirect-to-https", "ResponseHeadersPolicyId": _headers(aws)}
    config = {
        "CallerReference": "pages",
        "Comment": "",
        "Enabled": True,
        "DefaultRootObject": "index.html",
        "Origins": {"Quantity": 2, "Items": [_bucket(control), _api(api_host)]},
        "DefaultCacheBehavior": {
            **common,
            "TargetOriginId": "pages",
            "CachePolicyId": CACHING_OPTIMIZED,
            **_associations(aws, function),
        },
        "CacheBehaviors": {
            "Quantity": 1,
            "Items": [
                {
                    **common,
                    "PathPattern": "/api/*",
                    "TargetOriginId": "api",
                    "AllowedMethods": {"Quantity": len(METHODS), "Items": METHODS},
                    "CachePolicyId": CACHING_DISABLED,
                    "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
                }
            ],
        },
        "CustomErrorResponses": {"Quantity": 1, "Items": [{"ErrorCode": 500, "ErrorCachingMinTTL": 0}]},
    }
    made = cloudfront.create_distribution(DistributionConfig=config)["Distribution"]
    return Deployed(aws, made["Id"], made["ARN"])


def _bucket(control: str) -> dict[str, Any]:
    return {
        "Id": "pages",
        "DomainName": f"{BUCKET}.s3.us-east-1.amazonaws.com",
        "OriginAccessControlId": control,
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }


def _api(host: str) -> dict[str, Any]:
    secret = {"HeaderName": "X-Origin", "HeaderValue": "from the edge"}
    return {
        "Id": "api",
        "DomainName": host,
        "CustomHeaders": {"Quantity": 1, "Items": [secret]},
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
            "OriginReadTimeout": 35,
        },
    }


def _headers(aws: Aws) -> str:
    config = {
        "Name": "security",
        "SecurityHeadersConfig": {
            "StrictTransportSecurity": {
                "AccessControlMaxAgeSec": 10,
                "IncludeSubdomains": True,
                "Preload": False,
                "Override": True,
            },
            "FrameOptions": {"FrameOption": "DENY", "Override": False},
        },
    }
    made = aws.client("cloudfront").create_response_headers_policy(ResponseHeadersPolicyConfig=config)
    return str(made["ResponseHeadersPolicy"]["Id"])


def _associations(aws: Aws, code: bytes | None) -> dict[str, Any]:
    if code is None:
        return {}
    cloudfront = aws.client("cloudfront")
    made = cloudfront.create_function(
        Name="pages", FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"}, FunctionCode=code
    )
    cloudfront.publish_function(Name="pages", IfMatch=made["ETag"])
    arn = made["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    return {
        "FunctionAssociations": {
            "Quantity": 1,
            "Items": [{"EventType": "viewer-request", "FunctionARN": arn}],
        }
    }


def host_of(api: Api) -> str:
    """The API's own host at AWS."""
    return f"{api.api_id}.execute-api.us-east-1.amazonaws.com"


def total(aws: Aws, namespace: str, name: str, dimensions: dict[str, str]) -> float:
    """The sum of a metric until now."""
    now = datetime.now(UTC)
    points = aws.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))
