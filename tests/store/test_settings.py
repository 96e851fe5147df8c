"""Settings: defaults that work, and what cannot be is named and has its default."""

import json
from pathlib import Path

import pytest

from buzzband_fw.store.settings import SCHEMA, Settings, load


def test_without_a_file_the_defaults_stand(tmp_path: Path) -> None:
    settings = load(tmp_path / "settings.json")
    assert settings.problems == []
    assert settings.values == {name: entry[0] for name, entry in SCHEMA.items()}
    assert not settings.calibrated


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"rest": 1'])
def test_a_file_that_holds_no_settings_is_a_problem_and_the_defaults_stand(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    settings = load(path)
    assert settings.problems == ["file"]
    assert settings.target_permille == 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mains_hz", 55),
        ("mains_hz", "50"),
        ("rest", -1),
        ("rest", 1 << 20),
        ("reference", 2.5),
        ("target_permille", 49),
        ("target_permille", 2001),
        ("target_permille", None),
        ("target_permille", True),
        ("mode", "hold"),
        ("autostart", 1),
        ("usb_isolator", "yes"),
    ],
)
def test_what_cannot_be_is_named_and_has_its_default(name: str, value: object) -> None:
    settings = Settings({name: value})
    assert settings.problems == [name]
    assert getattr(settings, name) == SCHEMA[name][0]


@pytest.mark.parametrize(("mains_hz", "target"), [(50, 50), (60, 2000)])
def test_what_can_be_is_taken(tmp_path: Path, mains_hz: int, target: int) -> None:
    given = {"mains_hz": mains_hz, "rest": 0, "reference": (1 << 20) - 1, "target_permille": target, "autostart": False}
    (tmp_path / "settings.json").write_text(json.dumps(given))
    settings = load(tmp_path / "settings.json")
    assert settings.problems == []
    assert {name: settings.values[name] for name in given} == given
    assert settings.calibrated


@pytest.mark.parametrize(("rest", "reference"), [(300, 300), (30000, 200)])
def test_a_reference_that_is_not_above_the_rest_is_a_problem_and_no_calibration(rest: int, reference: int) -> None:
    settings = Settings({"rest": rest, "reference": reference})
    assert settings.problems == ["reference"]
    assert not settings.calibrated


def test_a_name_that_nobody_knows_is_passed_over() -> None:
    assert Settings({"colour": "blue"}).problems == []
