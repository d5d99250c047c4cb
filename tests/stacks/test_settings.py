"""An environment's file: what it may say, and the one sentence that answers what it may not."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.errors import EnvironmentUnknown, EnvironmentUnreadable, SettingRefused, StackError
from stacks.loading import ENVIRONMENTS, environment_names, load_environment

if TYPE_CHECKING:
    from pathlib import Path

STAGING = (ENVIRONMENTS / "staging.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> str:
    """A settings file of one's own; its path is what the program is given."""
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def changed(folder: Path, old: str, new: str) -> str:
    """Staging's file with one thing changed."""
    assert old in STAGING
    return written(folder, STAGING.replace(old, new, 1))


def test_the_house_has_three_environments() -> None:
    assert ["production", "reported", "staging"] == environment_names()


@pytest.mark.parametrize("name", ["production", "reported", "staging"])
def test_each_environment_of_the_house_is_accepted(name: str) -> None:
    assert name == load_environment(name).name


def test_reported_and_production_are_two_states_of_one_system() -> None:
    assert load_environment("reported").system == load_environment("production").system


def test_a_file_of_ones_own_is_an_environment(tmp_path: Path) -> None:
    assert load_environment(written(tmp_path, STAGING)).name == "mine"


def test_a_process_variable_overrides_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIYABI_DATABASE__MULTI_AZ", "true")

    database = load_environment("staging").database

    assert database.multi_az
    assert database.instance_class == "db.t4g.micro"


def test_a_process_variable_may_hold_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIYABI_OBSERVABILITY__ALARM_EMAILS", '["a@example.org"]')

    observability = load_environment("staging").observability

    assert observability is not None
    assert observability.alarm_emails == ("a@example.org",)


REFUSED = {
    "a near-miss key": ("multi_az_ = true", r"database\.multi_az_ .*did you mean multi_az\?"),
    "a key that is near nothing": ("xyzzy = 1", r"database\.xyzzy .*not a known key; known are identifier"),
    "a wrong type": ("multi_az = 'perhaps'", r"database\.multi_az = 'perhaps' .*valid boolean"),
    "a value out of range": ("backup_days = 36", r"database\.backup_days = 36 .*35"),
    "a choice that is none": ("tls = 'disable'", r"database\.tls = 'disable' .*'verify-ca' or 'verify-full'"),
    "a window that is no time": ("backup_window = '25:00-26:00'", r"database\.backup_window = '25:00-26:00'"),
}


@pytest.mark.parametrize(("line", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_names_file_key_value_and_what_is_allowed(tmp_path: Path, line: str, sentence: str) -> None:
    path = changed(tmp_path, "max_storage_gb = 50", line)
    if line.startswith("backup_days"):
        path = changed(tmp_path, "backup_days = 7", line)

    with pytest.raises(SettingRefused, match=sentence) as refusal:
        load_environment(path)

    assert path in str(refusal.value)
    assert "\n" not in str(refusal.value)


IMPOSSIBLE = {
    "a class that RDS does not have": ("db.t4g.micro", "db.t4g.nano", "near it are db.t4g"),
    "a version that RDS does not create": ('"17.11"', '"17.99"', "RDS does not create it"),
    "one zone": ('zones = ["use1-az1", "use1-az2"]', 'zones = ["use1-az1"]', "two zones or more"),
    "subnets in a VPC that is not ours": ('cidr = "10.20.0.0/16"', "", "set cidr too"),
    "both measures of logs": ("log_kb_per_request = 1.5", "log_kb_per_request = 1.5\nlog_gb = 1", "either"),
    "a domain without certificate": ("[edge]", '[edge]\ndomain = "a.example.org"', "go together"),
    "an edge in another region": ('region = "us-east-1"', 'region = "eu-west-1"', "us-east-1 only"),
    "a snapshot without versions": ("[api]", "[api]\nalias = false\nsnap_start = true", "snap_start"),
    "a zone by its name": ("use1-az1", "us-east-1a", "zones"),
    "no traffic at all": ("requests_per_month = 100_000\n", "", "requests_per_month .*missing"),
}


@pytest.mark.parametrize(("old", "new", "sentence"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_is_impossible_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    with pytest.raises(SettingRefused, match=sentence):
        load_environment(changed(tmp_path, old, new))


def test_an_unknown_environment_is_met_with_the_nearest() -> None:
    with pytest.raises(EnvironmentUnknown, match=r"'prodution' is not known; did you mean production\?"):
        load_environment("prodution")


def test_a_missing_file_of_ones_own_is_not_an_environment(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnknown, match="the environments are production, reported, staging"):
        load_environment(str(tmp_path / "absent.toml"))


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentUnreadable, match=r"is not TOML: .*line 1"):
        load_environment(written(tmp_path, "system = = 1"))


def test_a_folder_in_place_of_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()

    with pytest.raises(EnvironmentUnreadable, match="can't be read"):
        load_environment(str(tmp_path / "folder.toml"))


OVERRIDES = {
    "MIYABI_DATABSE__MULTI_AZ": ("true", r"MIYABI_DATABSE__MULTI_AZ .*did you mean database\?"),
    "MIYABI_DATABASE__MULTY_AZ": ("true", r"MIYABI_DATABASE__MULTY_AZ = 'true' .*did you mean multi_az\?"),
    "MIYABI_API__MEMORY_MB": ("64", r"MIYABI_API__MEMORY_MB = '64' .*128"),
    "MIYABI_NAME": ("other", r"MIYABI_NAME"),
    "MIYABI_DATABASE": ("{", r"database"),
}


@pytest.mark.parametrize("variable", OVERRIDES)
def test_a_wrong_override_is_refused_by_its_own_name(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    value, sentence = OVERRIDES[variable]
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingRefused, match=sentence) as refusal:
        load_environment("staging")

    assert "process environment" in str(refusal.value)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


SECTIONS = ("database", "api", "network", "traffic", "edge", "tags", "quotas")


@given(section=st.sampled_from(SECTIONS), junk=JUNK)
def test_any_junk_costs_one_sentence_and_no_traceback(section: str, junk: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("stacks.loading._read", lambda *_: tomllib.loads(STAGING) | {section: junk})
        sentence = refusal("staging")

    assert "\n" not in sentence


def refusal(name: str) -> str:
    """What the operator is told; nothing where the environment is accepted."""
    try:
        load_environment(name)
    except StackError as error:
        return str(error)
    return ""
