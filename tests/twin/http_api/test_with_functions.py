"""An HTTP API leads to real functions, which run in processes of their own."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

from tests.twin.http_api.deploying import FUNCTION, ask, deploy
from twin.deployed import Deployed
from twin.functions import Functions
from twin.http_api import HttpApis

if TYPE_CHECKING:
    from twin.aws.clients import Aws
    from twin.recording import Recorder

CODE = """\
def handler(event, context):
    number = int(event["pathParameters"]["number"])
    return {"statusCode": 200, "body": f"{context.function_version} {1 / number}"}
"""


def test_a_request_goes_through_a_function_that_is_deployed(aws: Aws, recorder: Recorder) -> None:
    api = deploy(aws, "GET /over/{number}")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", CODE)
    client = aws.client("lambda")
    client.update_function_code(FunctionName=FUNCTION, ZipFile=content.getvalue())
    deployed = Deployed(aws)
    with (
        Functions(deployed, recorder) as functions,
        HttpApis(deployed, recorder, functions) as apis,
    ):
        address = apis.address(api.api_id)
        answers = [ask(address, target=f"/over/{number}") for number in (4, 0, 2)]
        client.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=0)
        throttled = ask(address, target="/over/1")

    assert [(200, b"$LATEST 0.25"), (200, b"$LATEST 0.5")] == [
        (each.status, each.body) for each in answers[::2]
    ]
    assert (500, {"message": "Internal Server Error"}) == (answers[1].status, json.loads(answers[1].body))
    assert (503, {"message": "Service Unavailable"}) == (throttled.status, throttled.document)
