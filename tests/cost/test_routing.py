"""Which function has which requests: decided by the template's own references."""

from __future__ import annotations

from decimal import Decimal

from cost import Estimate, Traffic, estimate
from tests.cost.systems import Resources, attribute, deploy, ref, resource

TRAFFIC = Traffic.of({"requests_per_month": 1000, "logins_per_month": 50})


def api(**routes: str) -> Resources:
    """An API whose routes lead over integrations and aliases to functions: route key to function."""
    resources = {"HttpApi": resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP")}
    for number, (key, function) in enumerate(routes.items()):
        resources |= {
            function: resource("AWS::Lambda::Function"),
            f"{function}Live": resource("AWS::Lambda::Alias", FunctionName=ref(function), Name="live"),
            f"{function}Integration": resource(
                "AWS::ApiGatewayV2::Integration", ApiId=ref("HttpApi"), IntegrationUri=ref(f"{function}Live")
            ),
            f"Route{number}": resource(
                "AWS::ApiGatewayV2::Route",
                ApiId=ref("HttpApi"),
                RouteKey=key,
                Target={"Fn::Sub": f"integrations/${{{function}Integration}}"},
            ),
        }
    return resources


def requests(bill: Estimate) -> dict[str, Decimal]:
    """Requests by resource."""
    return {line.resource.logical_id: line.quantity for line in bill.lines if line.component == "requests"}


def test_the_function_with_most_routes_has_the_requests_and_the_other_the_logins() -> None:
    bill = estimate(deploy(api(**{"GET /a": "Api", "GET /login": "Login", "GET /b": "Api"})), TRAFFIC)

    assert {"Api": Decimal(1000), "Login": Decimal(100), "HttpApi": Decimal(1100)} == requests(bill)


def test_the_function_behind_default_has_the_requests_whatever_the_others_have() -> None:
    bill = estimate(deploy(api(**{"GET /a": "Login", "GET /b": "Login", "$default": "Api"})), TRAFFIC)

    assert {"Api": Decimal(1000), "Login": Decimal(100), "HttpApi": Decimal(1100)} == requests(bill)


def test_without_a_login_function_there_are_no_requests_of_logins() -> None:
    bill = estimate(deploy(api(**{"$default": "Api"})), TRAFFIC)

    assert {"Api": Decimal(1000), "HttpApi": Decimal(1000)} == requests(bill)


def test_an_integration_may_name_the_functions_arn() -> None:
    resources = api(**{"$default": "Api"})
    resources["ApiIntegration"]["Properties"]["IntegrationUri"] = attribute("Api", "Arn")

    assert Decimal(1000) == requests(estimate(deploy(resources), TRAFFIC))["Api"]


def test_without_an_api_nobody_has_requests() -> None:
    bill = estimate(deploy({"Api": resource("AWS::Lambda::Function")}), TRAFFIC)

    assert {} == requests(bill)
