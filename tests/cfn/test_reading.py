"""A template is read from JSON or YAML, and a broken file is refused in one sentence with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cfn import Template, TemplateInvalid, TemplateUnreadable
from cfn.reading import MOST_BYTES, MOST_LEVELS, read

JSON = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
YAML = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"


def file(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", JSON),
        ("a.JSON", JSON),
        ("a.json", "\ufeff" + JSON),
        ("a.yaml", YAML),
        ("a.yml", YAML),
        ("a.yaml", "\ufeff" + YAML),
        ("a.yaml", JSON),
        ("a.yaml", JSON.replace(" ", "\n\t")),
        ("a.yaml", JSON[:-1] + ', "Description": "\\ud83d\\ude00"}'),
        ("a.yaml", "{Resources: {Topic: {Type: AWS::SNS::Topic}}}"),
        ("a.template", YAML),
        ("a.template", JSON),
        ("a.template", " \n" + JSON),
        ("a", YAML),
        ("a.txt", JSON),
    ],
)
def test_suffix_or_content_tell_the_format(tmp_path: Path, name: str, text: str) -> None:
    template = Template.load(file(tmp_path, name, text))

    assert template.name == "a"
    assert template.resources["Topic"].type == "AWS::SNS::Topic"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.json", '{"a": 1,\n "b" 2}', "line 2, column 6: it is not JSON: expecting ':' delimiter"),
        ("a.json", YAML, "line 1, column 1: it is not JSON: expecting value"),
        ("a.template", '{"a" 1}', "line 1, column 6: it is not JSON"),
        ("a.json", '{"a": {"b": 1, "b": 2}}', "key 'b' is there twice in one mapping"),
        ("a.json", '{"a": NaN}', "NaN is no number in JSON"),
        ("a.json", '{"a": %s}' % ("9" * 5000), "it is not JSON: Exceeds the limit"),
        ("a.json", "[" * 100_000, f"it is nested deeper than {MOST_LEVELS} levels"),
        ("a.json", '{"a":' * 150 + "1" + "}" * 150, f"it is nested deeper than {MOST_LEVELS} levels"),
        ("a.json", "[1, 2]", "it holds a list of 2 and no mapping of sections"),
        ("a.json", "null", "it holds a null and no mapping of sections"),
        ("a.yaml", "a: b: c", "line 1, column 5: it is not YAML: mapping values are not allowed"),
        ("a.yaml", "a:\n - b\n c: 1", "line 3, column 2: it is not YAML: did not find expected"),
        ("a.yaml", "a: \x01", "it is not YAML: unacceptable character"),
        ("a.yaml", "a: 1\na: 2", "line 2, column 1: key 'a' is there twice, first in line 1"),
        (
            "a.yaml",
            "[" * 100_000,
            f"line 1, column {MOST_LEVELS + 2}: it is nested deeper than {MOST_LEVELS} levels",
        ),
        ("a.yaml", "- a\n- b", "it holds a list of 2 and no mapping of sections"),
        ("a.yaml", "", "it holds a null and no mapping of sections"),
        ("a.yaml", "# nothing", "it holds a null"),
        ("a.yaml", b"a: \xff", "it is not UTF-8 text from byte 3"),
        ("a.json", " " * (MOST_BYTES + 1), f"it is larger than {MOST_BYTES} bytes"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str | bytes, reason: str
) -> None:
    path = file(tmp_path, name, text)

    with pytest.raises(TemplateUnreadable) as refused:
        Template.load(path)

    assert str(refused.value).startswith(f"template {path} can't be read: {reason}")
    assert len(str(refused.value).splitlines()) == 1


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(TemplateUnreadable, match="embedded null byte"):
        Template.load(Path("a\0.yaml"))


def test_a_file_of_the_most_bytes_is_read(tmp_path: Path) -> None:
    padded = JSON + " " * (MOST_BYTES - len(JSON))

    assert json.loads(JSON) == read(file(tmp_path, "a.json", padded))


@pytest.mark.parametrize("body", [[], "text", 1, None])
def test_a_body_that_is_no_mapping_is_no_template(body: Any) -> None:
    with pytest.raises(TemplateInvalid, match=r"template x, the template: a .* stands there"):
        Template("x", body)
