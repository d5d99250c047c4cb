"""Where the list comes from: AWS, or downloaded files; and what is said when it can't be had."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import exceptions
from botocore.config import Config
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from cost.refresh import Folder, FolderEmpty, ListMalformed, ListUnreachable, PriceListApi, refresh
from cost.refresh.bulk import Reader
from cost.refresh.selectors import Offer
from tests.cost.refresh.answers import Answer, api, book, one, price, recorded, shelve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LAMBDA = Offer("AWSLambda", "ap-northeast-1")
REQUESTS = {"AWSLambda/requests": price("requests", "0.0000003")}


def bulk(answers: list[Answer]) -> Answer:
    """The same products in the form of a bulk file."""
    terms: dict[str, Any] = {}
    for answer in answers:
        for kind, of_kind in answer["terms"].items():
            terms.setdefault(kind, {})[answer["product"]["sku"]] = of_kind
    return {
        "formatVersion": "v1.0",
        "disclaimer": "This pricing list is for informational purposes only.",
        "offerCode": answers[0]["serviceCode"],
        "version": answers[0]["version"],
        "publicationDate": answers[0]["publicationDate"],
        "products": {answer["product"]["sku"]: answer["product"] for answer in answers},
        "terms": terms,
        "attributesList": {},
    }


def download(folder: Path, region: str, answers: list[Answer]) -> Path:
    """Put a bulk file where its address says."""
    path = folder / str(answers[0]["serviceCode"]) / "current" / region / "index.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(bulk(answers), indent=2), encoding="utf-8")
    return path


@pytest.mark.parametrize("below", ["", "offers/v1.0/aws"])
def test_downloaded_files_give_the_same_book_as_aws(tmp_path: Path, below: str) -> None:
    prices = {
        "AmazonRDS/storage_gp3_single-az": price("GB-mo", "0.12"),
        "AmazonRDS/storage_gp3_multi-az": price("GB-mo", "0.24"),
        "AmazonDynamoDB/storage": price("GB-mo", "0.28"),
        "AmazonKinesis/put_payload_units": price("units", "0.000000014"),
    }
    document = book("eu-west-1", prices)
    (tmp_path / "books").mkdir()
    books = shelve(tmp_path / "books", document)
    answers = {
        "AmazonRDS": recorded("rds_storage"),
        "AmazonDynamoDB": [each for each in recorded("tiers") if each["serviceCode"] == "AmazonDynamoDB"],
    }
    for each in answers.values():
        download(tmp_path / "lists" / below, "eu-west-1", each)
    everything = [answer for each in answers.values() for answer in each]

    offline = refresh(books, "eu-west-1", Folder(tmp_path / "lists"))
    online = refresh(books, "eu-west-1", api(document, answers=everything))

    assert offline.text == online.text.replace("Price List API, GetProducts", "Price List, bulk file")
    assert ["AmazonKinesis/put_payload_units"] == offline.not_looked_for


def test_an_older_file_without_codes_of_regions_is_read(tmp_path: Path) -> None:
    document = book("eu-west-1", {"awskms/key": price("key-mo", "1.1")})
    (tmp_path / "books").mkdir()
    download(tmp_path, "eu-west-1", recorded("location_only"))

    found = refresh(shelve(tmp_path / "books", document), "eu-west-1", Folder(tmp_path))

    assert "1" == found.document["prices"]["awskms"]["key"]["tiers"][0]["usd"]


def test_a_folder_without_files_of_the_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        FolderEmpty, match="holds no file of the price list that is needed, such as AWSLambda/"
    ):
        Folder(tmp_path)


SPOILT: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[: len(text) // 2],
    "without its offer": lambda text: text.replace('"offerCode"', '"offer"'),
    "with a list of products": lambda text: text.replace('"products": {', '"products": ['),
    "without SKUs": lambda text: text.replace('"sku"', '"SKU"'),
    "a page of an error": lambda _: "<html>404</html>",
    "empty": lambda _: "",
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_that_is_no_price_list_is_refused(tmp_path: Path, how: str) -> None:
    path = download(tmp_path, "ap-northeast-1", recorded("lambda_requests"))
    path.write_text(SPOILT[how](path.read_text(encoding="utf-8")), encoding="utf-8")

    with pytest.raises(ListMalformed, match=r"index\.json: it is no file of the price list"):
        list(Folder(tmp_path).products(LAMBDA, [{}], lambda _: True))


VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=9) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(
    content=st.dictionaries(st.text(max_size=5), VALUES, max_size=4),
    chunk=st.integers(1, 40),
    indent=st.sampled_from([None, 1]),
)
def test_a_text_is_read_the_same_in_pieces_of_any_size(content: Any, chunk: int, indent: int | None) -> None:
    reader = Reader(StringIO(json.dumps(content, indent=indent)), chunk)

    assert content == {key: reader.value() for key in reader.members()}


@given(content=st.dictionaries(st.text(max_size=5), VALUES, min_size=1, max_size=4), chunk=st.integers(1, 40))
def test_a_value_that_is_passed_over_is_passed_over_whole(content: Any, chunk: int) -> None:
    reader = Reader(StringIO(json.dumps({"before": content, "after": 1})), chunk)
    seen = []
    for key in reader.members():
        seen.append(key)
        if key == "before":
            reader.skip()
        else:
            assert 1 == reader.value()

    assert ["before", "after"] == seen


def test_a_large_file_is_never_held_whole() -> None:
    """A thousand products pass through a buffer of a few."""
    text = json.dumps({"products": {f"SKU{number}": {"sku": "x" * 1000} for number in range(1000)}})
    reader = Reader(StringIO(text), 4096)
    longest = 0
    for _ in reader.members():
        for _ in reader.members():
            reader.value()
            longest = max(longest, len(reader._text))

    assert longest < 4 * 4096


# What can be in the way of asking AWS.


def test_an_answer_that_is_no_json_is_refused() -> None:
    client = boto3.client("pricing", "us-east-1", aws_access_key_id="AKIA", aws_secret_access_key="none")
    with Stubber(client) as stubber:
        stubber.add_response("get_products", {"PriceList": ["{"]})

        with pytest.raises(ListMalformed, match="GetProducts of AWSLambda: an item is no JSON"):
            list(PriceListApi(client).products(LAMBDA, [{}], lambda _: True))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("AccessDeniedException", r"access was refused \(AccessDeniedException\); allow pricing:GetProducts"),
        ("ExpiredTokenException", r"access was refused \(ExpiredTokenException\)"),
        ("ThrottlingException", "AWS answered ThrottlingException; try again later"),
    ],
)
def test_an_error_of_aws_is_one_sentence(tmp_path: Path, code: str, sentence: str) -> None:
    document = book("ap-northeast-1", REQUESTS)
    source = api(document, answers=[], fail=0, code=code)

    with pytest.raises(ListUnreachable, match=f"AWS's price list can't be asked: {sentence}"):
        refresh(shelve(tmp_path, document), "ap-northeast-1", source)


@pytest.fixture
def _nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nobody has signed in."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("_nobody")
def test_missing_credentials_are_one_sentence() -> None:
    with pytest.raises(ListUnreachable, match="there are no credentials; sign in"):
        list(PriceListApi.connect().products(LAMBDA, [{}], lambda _: True))


@pytest.mark.usefixtures("_nobody")
def test_a_profile_that_there_is_not_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")

    with pytest.raises(
        ListUnreachable, match=r"config profile \(nobody\) could not be found; check the network"
    ):
        PriceListApi.connect()


def test_a_network_that_does_not_answer_is_one_sentence() -> None:
    """Nobody listens at port 9 of this machine."""
    client = boto3.client(
        "pricing",
        "us-east-1",
        endpoint_url="http://127.0.0.1:9",
        aws_access_key_id="AKIA",
        aws_secret_access_key="none",
        config=Config(retries={"max_attempts": 0}),
    )

    with pytest.raises(ListUnreachable, match=r"Could not connect to the endpoint URL.*; check the network"):
        list(PriceListApi(client).products(LAMBDA, [{}], lambda _: True))


def test_a_connection_that_breaks_between_pages_is_one_sentence() -> None:
    client = boto3.client("pricing", "us-east-1", aws_access_key_id="AKIA", aws_secret_access_key="none")
    item = json.dumps(one("lambda_requests", "3BE8DYKG4FYSZGDW"))
    answers = iter([(200, {"PriceList": [item], "NextToken": "next"})])

    def answer(**_: object) -> tuple[Any, Any]:
        status = next(answers, None)
        if status is None:
            raise exceptions.ConnectionClosedError(endpoint_url="https://api.pricing.us-east-1.amazonaws.com")
        return type("Response", (), {"status_code": status[0]})(), status[1]

    client.meta.events.register("before-call.pricing.GetProducts", answer)
    products = PriceListApi(client).products(LAMBDA, [{}], lambda _: True)

    assert "3BE8DYKG4FYSZGDW" == next(products).sku
    with pytest.raises(ListUnreachable, match="Connection was closed"):
        next(products)
