"""Classic web ACLs of a region, charged as those of CloudFront."""

from cost.pricings.waf.web_acl import PRICES, USAGE, price

__all__ = ["PRICES", "TYPE", "USAGE", "price"]

TYPE = "AWS::WAFRegional::WebACL"
