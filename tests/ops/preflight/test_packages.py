"""A zip that Lambda could not start is not uploaded."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from ops.preflight.packages import packages
from tests.ops.preflight.told import scope, sentences

if TYPE_CHECKING:
    from pathlib import Path

    from twin.aws.clients import Aws


def zipped(path: Path, *names: str) -> Path:
    """A zip of empty files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return path


def test_a_package_that_lambda_could_not_start_is_a_problem(aws: Aws, tmp_path: Path) -> None:
    package = zipped(tmp_path / "miyabi-arm64-0123456789abcdef.zip", "runtime/__init__.py")

    found = sentences(packages(scope(aws.client, package=package)))

    assert found[0].startswith(
        "package miyabi-arm64-0123456789abcdef.zip is not the zip whose hash its name has"
    )
    handlers = [sentence for sentence in found if "python.handler fails: " in sentence]
    assert [f"package {package.name} for arm64"] == [sentence.split(":")[0] for sentence in handlers]


def test_a_file_that_is_no_zip_is_a_problem(aws: Aws, tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    package.write_text("no zip", encoding="utf-8")

    [sentence] = sentences(packages(scope(aws.client, package=package)))

    assert sentence.startswith(f"{package} is no zip that can be read")


def test_the_zip_of_a_custom_runtime_is_looked_at_as_such(aws: Aws, tmp_path: Path) -> None:
    bootstrap = zipped(tmp_path / "bootstrap.zip", "main.py")

    found = sentences(packages(scope(aws.client, "reported", bootstrap=bootstrap)))

    assert any("bootstrap.present fails" in sentence for sentence in found)
    assert [] == sentences(packages(scope(aws.client, "reported", package=bootstrap)))
