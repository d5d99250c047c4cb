"""The edge stack: CloudFront before the frontend's bucket and the API, with a firewall of its own.

It exists in us-east-1 alone, where CloudFront looks for its firewall and certificate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Sub, cloudfront, route53

from runtime.contract import API_PREFIX, ORIGIN_HEADER
from stacks import values
from stacks.buckets import add_frontend_bucket, add_log_bucket, let_cloudfront_read
from stacks.firewall import add_firewall
from stacks.secrets import resolve, revision
from stacks.stack import Stack, given

if TYPE_CHECKING:
    from troposphere import s3

    from stacks.sections import EdgeSettings
    from stacks.settings import Environment

CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""Managed policies ("Use managed cache policies"); an API must not get the viewer's Host."""
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""Hosted zone of every distribution, for alias records."""
API_ERRORS = (400, 403, 404, 405, 414, 500, 501, 502, 503, 504)
"""What CloudFront would keep for ten seconds and show to everybody, whatever the cache policy says."""
ORIGIN_TIMEOUT_SECONDS = 35
"""Longer than the gateway's 30, so that its own answer arrives and not CloudFront's 504."""
ONE_YEAR = 31_536_000
CONTENT_SECURITY = (
    "default-src 'self'; "
    "img-src 'self' data: https://avatars.githubusercontent.com; "
    "object-src 'none'; "
    "base-uri 'self'; "
    "form-action 'self'; "
    "frame-ancestors 'none'"
)
PAGE_ROUTER = """\
function handler(event) {
  var request = event.request;
  if (request.uri.split('/').pop().indexOf('.') === -1) {
    request.uri = '/index.html';
  }
  return request;
}
"""
"""A page's path has no file; an error page instead would turn the API's own 403 and 404 into the frontend."""


def build_edge(environment: Environment) -> Stack:
    """CloudFront, bucket and firewall of an environment that has an edge."""
    assert environment.edge is not None  # noqa: S101  (the caller builds an edge where there is one)
    stack = Stack("edge", environment, "CloudFront, frontend and firewall")
    logs = add_log_bucket(stack)
    bucket = add_frontend_bucket(stack, logs)
    distribution = _add_distribution(stack, environment.edge, bucket, logs)
    let_cloudfront_read(stack, bucket, distribution)
    _add_records(stack, environment.edge, distribution)
    stack.publish(values.PUBLIC_ADDRESS, _address(environment.edge, distribution))
    stack.publish(values.DISTRIBUTION_ID, distribution.ref())
    stack.publish(values.FRONTEND_BUCKET, bucket.ref())
    return stack


def _add_distribution(
    stack: Stack, settings: EdgeSettings, bucket: s3.Bucket, logs: s3.Bucket
) -> cloudfront.Distribution:
    revision(stack)
    return stack.add(
        cloudfront.Distribution(
            "Distribution",
            DistributionConfig=cloudfront.DistributionConfig(
                # The revision, so that a renewed origin secret is resolved again.
                Comment=Sub(f"Miyabi {stack.environment.system}, secrets ${{SecretsRevision}}"),
                Enabled=True,
                HttpVersion="http2and3",
                IPV6Enabled=True,
                PriceClass=settings.price_class,
                DefaultRootObject="index.html",
                Origins=[_frontend_origin(stack, bucket), _api_origin(stack)],
                Logging=cloudfront.Logging(
                    Bucket=logs.get_att("RegionalDomainName"), Prefix="cloudfront/", IncludeCookies=False
                ),
                ViewerCertificate=_certificate(settings),
                CustomErrorResponses=[
                    cloudfront.CustomErrorResponse(ErrorCode=code, ErrorCachingMinTTL=0)
                    for code in API_ERRORS
                ],
                **_behaviours(stack),
                **given(settings.domain, Aliases=[settings.domain]),
                **_firewall(stack, settings),
            ),
        )
    )


def _firewall(stack: Stack, settings: EdgeSettings) -> dict[str, Any]:
    return {"WebACLId": add_firewall(stack, settings).get_att("Arn")} if settings.firewall else {}


def _behaviours(stack: Stack) -> dict[str, Any]:
    """The frontend from the cache, the API never."""
    common: dict[str, Any] = {
        "ViewerProtocolPolicy": "redirect-to-https",
        "Compress": True,
        "ResponseHeadersPolicyId": _add_headers(stack).ref(),
    }
    frontend = cloudfront.DefaultCacheBehavior(
        TargetOriginId="frontend",
        CachePolicyId=CACHING_OPTIMIZED,
        FunctionAssociations=[_page_router(stack)],
        **common,
    )
    api = cloudfront.CacheBehavior(
        PathPattern=f"/{API_PREFIX.split('/')[1]}/*",
        TargetOriginId="api",
        AllowedMethods=["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
        CachePolicyId=CACHING_DISABLED,
        OriginRequestPolicyId=ALL_VIEWER_EXCEPT_HOST,
        **common,
    )
    return {"DefaultCacheBehavior": frontend, "CacheBehaviors": [api]}


def _frontend_origin(stack: Stack, bucket: s3.Bucket) -> cloudfront.Origin:
    control = stack.add(
        cloudfront.OriginAccessControl(
            "FrontendAccess",
            OriginAccessControlConfig=cloudfront.OriginAccessControlConfig(
                Name=f"miyabi-{stack.environment.system}-frontend",
                OriginAccessControlOriginType="s3",
                SigningBehavior="always",
                SigningProtocol="sigv4",
            ),
        )
    )
    return cloudfront.Origin(
        Id="frontend",
        DomainName=bucket.get_att("RegionalDomainName"),
        OriginAccessControlId=control.get_att("Id"),
        S3OriginConfig=cloudfront.S3OriginConfig(OriginAccessIdentity=""),
    )


def _api_origin(stack: Stack) -> cloudfront.Origin:
    """The HTTP API, told by a secret header that the request came this way."""
    return cloudfront.Origin(
        Id="api",
        DomainName=Sub("${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}", Api=stack.read(values.API_ID)),
        CustomOriginConfig=cloudfront.CustomOriginConfig(
            OriginProtocolPolicy="https-only",
            OriginSSLProtocols=["TLSv1.2"],
            OriginReadTimeout=ORIGIN_TIMEOUT_SECONDS,
        ),
        OriginCustomHeaders=[
            cloudfront.OriginCustomHeader(
                HeaderName=ORIGIN_HEADER, HeaderValue=resolve(stack.read(values.ORIGIN_SECRET), "secret")
            )
        ],
    )


def _page_router(stack: Stack) -> cloudfront.FunctionAssociation:
    name = f"miyabi-{stack.environment.system}-pages"
    function = stack.add(
        cloudfront.Function(
            "PageRouter",
            Name=name,
            AutoPublish=True,
            FunctionCode=PAGE_ROUTER,
            FunctionConfig=cloudfront.FunctionConfig(
                Comment="Serves index.html for paths without a file", Runtime="cloudfront-js-2.0"
            ),
        )
    )
    return cloudfront.FunctionAssociation(
        EventType="viewer-request", FunctionARN=function.get_att("FunctionARN")
    )


def _add_headers(stack: Stack) -> cloudfront.ResponseHeadersPolicy:
    return stack.add(
        cloudfront.ResponseHeadersPolicy(
            "SecurityHeaders",
            ResponseHeadersPolicyConfig=cloudfront.ResponseHeadersPolicyConfig(
                Name=f"miyabi-{stack.environment.system}-security",
                SecurityHeadersConfig=cloudfront.SecurityHeadersConfig(
                    StrictTransportSecurity=cloudfront.StrictTransportSecurity(
                        AccessControlMaxAgeSec=ONE_YEAR, IncludeSubdomains=True, Preload=False, Override=True
                    ),
                    ContentTypeOptions=cloudfront.ContentTypeOptions(Override=True),
                    FrameOptions=cloudfront.FrameOptions(FrameOption="DENY", Override=True),
                    ReferrerPolicy=cloudfront.ReferrerPolicy(ReferrerPolicy="same-origin", Override=True),
                    ContentSecurityPolicy=cloudfront.ContentSecurityPolicy(
                        ContentSecurityPolicy=CONTENT_SECURITY, Override=False
                    ),
                ),
            ),
        )
    )


def _certificate(settings: EdgeSettings) -> cloudfront.ViewerCertificate:
    if not settings.domain:
        return cloudfront.ViewerCertificate(CloudFrontDefaultCertificate=True)
    return cloudfront.ViewerCertificate(
        AcmCertificateArn=settings.certificate_arn,
        MinimumProtocolVersion="TLSv1.2_2021",
        SslSupportMethod="sni-only",
    )


def _address(settings: EdgeSettings, distribution: cloudfront.Distribution) -> Any:
    if settings.domain:
        return f"https://{settings.domain}"
    return Sub("https://${Host}", Host=distribution.get_att("DomainName"))


def _add_records(stack: Stack, settings: EdgeSettings, distribution: cloudfront.Distribution) -> None:
    """Point the domain at the distribution, over IPv4 and IPv6."""
    if not settings.hosted_zone_id:
        return
    target: dict[str, Any] = {"DNSName": distribution.get_att("DomainName"), "HostedZoneId": CLOUDFRONT_ZONE}
    for kind, name in (("A", "DomainRecord"), ("AAAA", "DomainRecordIpv6")):
        stack.add(
            route53.RecordSetType(
                name,
                HostedZoneId=settings.hosted_zone_id,
                Name=settings.domain,
                Type=kind,
                AliasTarget=route53.AliasTarget(**target),
            )
        )
