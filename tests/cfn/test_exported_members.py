"""The package offers what its list says, loads quickly and depends on nothing but PyYAML, for YAML only."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cfn

SOURCES = sorted(Path(cfn.__file__).parent.glob("*.py"))


def test_the_list_is_sorted_and_true() -> None:
    assert sorted(cfn.__all__) == cfn.__all__
    assert all(hasattr(cfn, name) for name in cfn.__all__)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_a_module_imports_the_standard_library_and_this_package_only(source: Path) -> None:
    allowed = sys.stdlib_module_names | {"cfn"} | ({"yaml"} if source.stem == "yaml_form" else set())

    assert {name for name in imported(source) if name not in allowed} == set()


def test_who_reads_no_yaml_does_not_load_pyyaml(tmp_path: Path) -> None:
    path = tmp_path / "service.json"
    path.write_text('{"Resources": {}}', encoding="utf-8")
    program = (
        "import sys, pathlib, cfn; cfn.Template.load(pathlib.Path(sys.argv[1])); print('yaml' in sys.modules)"
    )

    told = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)

    assert told.stdout == "False\n"


def imported(source: Path) -> set[str]:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {name.partition(".")[0] for name in names}
