"""An HTTP API is served as it is deployed at the moment, by what is read back of it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.twin.http_api.deploying import Outcome, ask, deploy
from twin.deployed import Deployed
from twin.http_api import HttpApis
from twin.http_api.errors import ApiUnknown
from twin.invocation import InvocationError, Throttled

if TYPE_CHECKING:
    from tests.twin.http_api.deploying import StandIn
    from twin.aws.clients import Aws
    from twin.recording import Recorder


def test_an_api_calls_itself_by_its_name_at_aws(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /")
    event = ask(apis.address(api.api_id)).document
    context = event["requestContext"]
    host = f"{api.api_id}.execute-api.us-east-1.amazonaws.com"

    assert (host, host, api.api_id) == (
        event["headers"]["host"],
        context["domainName"],
        context["domainPrefix"],
    )
    assert (aws.account, api.api_id, "$default") == (context["accountId"], context["apiId"], context["stage"])


def test_every_answer_is_known_by_its_request(aws: Aws, apis: HttpApis) -> None:
    """The function knows it by the same name."""
    api = deploy(aws, "GET /")
    answer = ask(apis.address(api.api_id))

    assert answer.document["requestContext"]["requestId"] == answer.headers["apigw-requestid"]
    assert ask(apis.address(api.api_id), target="/no").headers["apigw-requestid"]


def test_the_function_is_named_as_the_integration_names_it(
    aws: Aws, apis: HttpApis, functions: StandIn
) -> None:
    api = deploy(aws, "$default")
    client = aws.client("lambda")
    version = client.publish_version(FunctionName="notes")["Version"]
    client.create_alias(FunctionName="notes", Name="live", FunctionVersion=version)
    api.permit(qualifier="live")
    invocations = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}/invocations"
    api.stage(StageVariables={"alias": "live"})
    for uri in (
        api.function_arn,
        f"{api.function_arn}:live",
        invocations.format(api.function_arn),
        invocations.format(f"{api.function_arn}:${{stageVariables.alias}}"),
    ):
        api.integration(IntegrationUri=uri)
        assert 200 == ask(apis.address(api.api_id)).status

    assert [(api.function_arn, qualifier) for qualifier in (None, "live", None, "live")] == functions.asked


def test_a_change_is_served_at_once(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a")
    address = apis.address(api.api_id)
    before = ask(address, target="/b").status
    api.route("GET /b")

    assert (404, 200) == (before, ask(address, target="/b").status)


def test_without_auto_deploy_a_stage_serves_what_was_deployed_to_it(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a")
    address = apis.address(api.api_id)
    api.stage(AutoDeploy=False)
    api.route("GET /b")
    api.gateway.update_api(ApiId=api.api_id, CorsConfiguration={"AllowOrigins": ["*"]})
    stale = [ask(address, target="/a"), ask(address, target="/b")]
    api.gateway.create_deployment(ApiId=api.api_id, StageName="$default")
    fresh = ask(address, target="/b", Origin="https://a.example")

    assert ([200, 404], 200) == ([each.status for each in stale], fresh.status)
    assert "*" == fresh.headers["access-control-allow-origin"]


def test_a_stage_to_which_nothing_was_deployed_serves_nothing(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a")
    api.gateway.create_stage(ApiId=api.api_id, StageName="new")

    assert 404 == ask(apis.address(api.api_id), target="/new/a").status


def test_a_named_stage_is_the_first_part_of_the_path_and_of_the_event(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a")
    api.gateway.create_stage(ApiId=api.api_id, StageName="v2", AutoDeploy=True)
    answer = ask(apis.address(api.api_id), target="/v2/a").document

    assert ("/v2/a", "GET /a") == (answer["rawPath"], answer["routeKey"])
    assert ("v2", "/v2/a") == (answer["requestContext"]["stage"], answer["requestContext"]["http"]["path"])


def test_without_a_stage_of_that_name_there_is_nothing(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a")
    api.gateway.create_stage(ApiId=api.api_id, StageName="v2", AutoDeploy=True)
    api.gateway.delete_stage(ApiId=api.api_id, StageName="$default")
    statuses = [ask(apis.address(api.api_id), target=target).status for target in ("/a", "/v2/a", "/v2", "/")]

    assert [404, 200, 404, 404] == statuses


def test_an_address_that_is_switched_off_is_not_there(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default")
    api.gateway.update_api(ApiId=api.api_id, DisableExecuteApiEndpoint=True)
    answer = ask(apis.address(api.api_id))

    assert (404, {"message": "Not Found"}) == (answer.status, answer.document)


def test_an_api_answers_to_its_own_names_alone(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default")
    own = f"{api.api_id}.execute-api.us-east-1.amazonaws.com"
    found = [ask(apis.address(api.api_id), Host=host) for host in (own, "d1.cloudfront.net")]

    assert [200, 403] == [each.status for each in found]
    assert {"message": "Forbidden"} == found[1].document


def test_a_domain_leads_to_the_stage_of_its_path(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "GET /a")
    gateway = api.gateway
    gateway.create_domain_name(DomainName="api.example", DomainNameConfigurations=[{}])
    gateway.create_api_mapping(
        ApiId=api.api_id, DomainName="api.example", Stage="$default", ApiMappingKey="v1"
    )
    address = apis.address(api.api_id)
    found = [ask(address, target=target, Host="api.example") for target in ("/v1/a", "/a")]
    gateway.create_stage(ApiId=api.api_id, StageName="bare", AutoDeploy=True)
    gateway.create_api_mapping(ApiId=api.api_id, DomainName="api.example", Stage="bare")
    longest, rest = (ask(address, target=target, Host="api.example") for target in ("/v1/a", "/a"))

    assert [200, 404] == [each.status for each in found]
    stages = [each.document["requestContext"]["stage"] for each in (longest, rest)]
    assert ["$default", "bare"] == stages
    assert "api.example" == found[0].document["requestContext"]["domainName"]


def test_an_api_that_is_gone_is_forbidden(aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default")
    address = apis.address(api.api_id)
    api.gateway.delete_api(ApiId=api.api_id)

    assert 403 == ask(address).status
    with pytest.raises(ApiUnknown, match="there is no HTTP API nothing"):
        apis.address("nothing")


def test_an_event_that_is_longer_than_lambda_takes_reaches_no_function(
    aws: Aws, apis: HttpApis, functions: StandIn
) -> None:
    """Base64 makes it a third longer than the body, which the gateway takes."""
    api = deploy(aws, "$default")
    sent = {"Content-Type": "application/octet-stream"}
    statuses = [ask(apis.address(api.api_id), "POST", "/", bytes(mb << 20), **sent).status for mb in (4, 5)]

    assert [200, 500] == statuses
    assert 1 == len(functions.asked)


FAILURES: dict[str, tuple[Any, int]] = {
    "the function failed": (Outcome(b'{"errorType":"E","errorMessage":"no"}', "Unhandled"), 500),
    "too many are at work": (Throttled("notes", 0), 503),
    "it can't be invoked": (InvocationError("the function is not active"), 500),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_of_a_failure_a_client_learns_only_the_status(
    failure: str, aws: Aws, apis: HttpApis, functions: StandIn
) -> None:
    outcome, status = FAILURES[failure]

    def handler(event: dict[str, Any]) -> Any:
        del event
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    functions.handler = handler
    api = deploy(aws, "$default")
    answer = ask(apis.address(api.api_id))

    text = {500: "Internal Server Error", 503: "Service Unavailable"}[status]
    assert (status, {"message": text}) == (answer.status, answer.document)


def test_a_function_is_waited_for_no_longer_than_its_integration_says(
    aws: Aws, apis: HttpApis, functions: StandIn
) -> None:
    go_on = threading.Event()
    functions.handler = lambda _: go_on.wait(20)
    api = deploy(aws, "$default")
    api.integration(TimeoutInMillis=50)
    answer = ask(apis.address(api.api_id))
    go_on.set()

    assert (503, {"message": "Service Unavailable"}) == (answer.status, answer.document)


NOT_SERVED: dict[str, dict[str, Any]] = {
    "an integration of type HTTP_PROXY": {
        "IntegrationType": "HTTP_PROXY",
        "IntegrationUri": "https://a.example",
    },
    "payload format 1.0": {"PayloadFormatVersion": "1.0"},
    "the parameter mapping append:header.a": {"RequestParameters": {"append:header.a": "b"}},
    "integrations with the caller's own credentials": {"CredentialsArn": "arn:aws:iam::*:user/*"},
}


@pytest.mark.parametrize("what", NOT_SERVED)
def test_what_the_twin_has_not_is_refused_by_name(what: str, aws: Aws, apis: HttpApis) -> None:
    api = deploy(aws, "$default")
    api.integration(**NOT_SERVED[what])
    answer = ask(apis.address(api.api_id))

    assert (501, True) == (answer.status, what in answer.document["message"])
    assert [True] == [what in each for each in apis.unchecked]


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"AuthorizationType": "JWT"}, "authorizers of type JWT"),
        ({"AuthorizationType": "CUSTOM"}, "authorizers of type CUSTOM"),
        ({"AuthorizationType": "AWS_IAM"}, "signed requests"),
    ],
)
def test_whoever_brings_a_proof_is_told_that_it_is_not_looked_at(
    settings: dict[str, Any], what: str, aws: Aws, apis: HttpApis
) -> None:
    api = deploy(aws)
    api.route("$default", **settings)
    answer = ask(apis.address(api.api_id), Authorization="Bearer a")

    assert (501, True) == (answer.status, what in answer.document["message"])


def test_nothing_listens_when_the_context_is_over(aws: Aws, recorder: Recorder, functions: StandIn) -> None:
    with HttpApis(Deployed(aws), recorder, functions) as apis:
        api = deploy(aws, "$default")
        address = apis.address(api.api_id)
        assert address == apis.address(api.api_id)
        assert 200 == ask(address).status

    with pytest.raises(ConnectionRefusedError):
        ask(address)
