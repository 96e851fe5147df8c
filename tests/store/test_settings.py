"""Settings: defaults that work, and what cannot be is named and has its default."""

import contextlib
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from buzzband_fw.store import changes as saving
from buzzband_fw.store import schema as module
from buzzband_fw.store.changes import Wrong
from buzzband_fw.store.records import PAYLOAD_MAX
from buzzband_fw.store.schema import (
    AT_ONCE,
    FILE_MAX,
    NEXT_SESSION,
    NOTHING_CHANGED,
    POWER_ON,
    SCHEMA,
    WEARERS_MAX,
    is_valid,
    parse,
    phases_s,
)
from buzzband_fw.store.settings import Settings, load
from store.mutations import FLAT, GOOD, WORN, mutated

LONGEST = {
    "calibration": "warm-up", "wearer": "W" * 24, "rest": 1048574, "reference": 1048575, "other_rest": 1048574,
    "other_reference": 1048575, "signature": [-1048575] * 16, "exercise": "romanian-deadlift", "tempo": "20-20-20-20",
    "silent_sets": 1048575,
}  # fmt: skip


def stored(folder: Path, given: object = None) -> Settings:
    """Settings that were read from a file."""
    path = folder / "settings.json"
    if given is not None:
        path.write_text(json.dumps(given), encoding="utf-8")
    return load(path)


def on_disk(folder: Path, name: str = "settings.json") -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


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
        ("mains_hz", 50.0),
        ("mode", "dance"),
        ("mode", 1),
        ("tempo", "2-1"),
        ("tempo", "0-1-3"),
        ("tempo", "2-1-0"),
        ("tempo", "2-1-21"),
        ("tempo", "2-1-3-1-1"),
        ("tempo", "2--3"),
        ("tempo", " 2-1-3"),
        ("tempo", "２-1-3"),
        ("tempo", 213),
        ("hold_s", 0),
        ("load_kg", 22.5),
        ("motor_calibration", [1, 2]),
        ("motor_calibration", [1, 2, 256]),
        ("motor_calibration", [1, 2, True]),
        ("motor_calibration", "abc"),
        ("signature", []),
        ("signature", [1.5]),
        ("signature", [1] * 17),
        ("signature", [1 << 20]),
        ("autostart", 1),
        ("usb_isolator", "yes"),
        ("silent_sets", 1 << 20),
        ("silent_sets", None),
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


def test_a_name_that_cannot_be_is_a_problem_and_nobody_s() -> None:
    for name in ("", " Anna", "A" * 25, "An\na", "\x1b[2J", "\ud800", 7, True, []):
        settings = Settings({"wearer": name, "wearers": {"Ben": {}}})
        assert (settings.problems, settings.wearer) == (["wearer"], None), name


@pytest.mark.parametrize(("tempo", "phases"), [("2-1-3", (2, 1, 3)), ("1-0-20-2", (1, 0, 20, 2)), ("1-0-1", (1, 0, 1))])
def test_a_tempo_is_read_in_seconds(tempo: str, phases: tuple[int, ...]) -> None:
    assert phases_s(tempo) == phases
    assert Settings({"tempo": tempo}).problems == []


def test_each_wearer_has_own_values_and_the_band_s_stand_for_all() -> None:
    settings = Settings({**WORN, "mains_hz": 60, "rest": 1, "reference": 5})
    assert (settings.mains_hz, settings.motor, settings.wearers) == (60, "lra", ["Ben", "Zoë"])
    assert (settings.rest, settings.reference, settings.load_kg, settings.hold_s) == (300, 8000, 80, 10)


def test_a_wearer_who_is_not_calibrated_does_not_get_the_calibration_of_another() -> None:
    settings = Settings({**FLAT, "wearer": "Ben", "wearers": {"Ben": {}}})
    assert not settings.calibrated
    assert settings.mains_hz == 60


def test_a_wearer_whom_nobody_knows_is_a_problem() -> None:
    settings = Settings({**FLAT, "wearer": "Zoë"})
    assert (settings.problems, settings.wearer, settings.rest) == (["wearer"], None, 265)


def test_a_change_is_saved_and_counts(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    assert settings.change({"target_permille": 700, "tempo": "2-1-3"}) == (2, NEXT_SESSION)
    assert (settings.target_permille, settings.tempo) == (700, "2-1-3")
    assert on_disk(tmp_path) == {**FLAT, "target_permille": 700, "tempo": "2-1-3"}
    assert load(tmp_path / "settings.json").values == settings.values


@pytest.mark.parametrize(
    ("changes", "effect"),
    [({"usb_isolator": True}, AT_ONCE), ({"hold_s": 3}, NEXT_SESSION), ({"hold_s": 3, "motor": "erm"}, POWER_ON)],
)
def test_a_change_tells_when_all_of_it_counts(tmp_path: Path, changes: dict[str, Any], effect: int) -> None:
    told: list[int] = []
    settings = stored(tmp_path)
    settings.changed = told.append
    assert settings.change(changes) == (len(changes), effect)
    assert told == [effect]


def test_a_change_that_changes_nothing_does_not_touch_flash(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    settings.brace = lambda: pytest.fail("flash is written")
    assert settings.change({"mains_hz": 60, "hold_s": 10, "load_kg": None}) == (0, NOTHING_CHANGED)


def test_none_takes_a_setting_back_to_its_default(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    assert settings.change({"target_permille": None, "rest": None}) == (2, NEXT_SESSION)
    assert (settings.target_permille, settings.rest) == (500, None)
    assert "target_permille" not in on_disk(tmp_path)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"hold_s": 20, "target_permille": 49}, "target_permille"),
        ({"hold_s": 20, "colour": 1}, "colour"),
        ({"hold_s": 20, "rest": 9000}, "reference"),
        ({"hold_s": 20, "wearer": "Ben"}, "wearer"),
        ({"hold_s": 20, "wearers": []}, "wearers"),
        ({"hold_s": 20, "wearers": {"Ben": 1}}, "wearers"),
        ({"hold_s": 20, "wearers": {" ": {}}}, "wearer"),
        ({"hold_s": 20, "wearers": {"Ben": {"mains_hz": 50}}}, "mains_hz"),
        ({"hold_s": 20, "wearers": {"Ben": {"tempo": "2"}}}, "tempo"),
        ({"hold_s": 20, "wearers": {str(n): {} for n in range(WEARERS_MAX + 1)}}, "wearers"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name_and_changes_nothing(
    tmp_path: Path, changes: dict[str, Any], name: str
) -> None:
    settings = stored(tmp_path, FLAT)
    before = dict(settings.values)
    with pytest.raises(Wrong, match=f"^{name}$"):
        settings.change(changes)
    assert settings.values == before
    assert on_disk(tmp_path) == FLAT


def test_wearers_are_added_chosen_and_taken_away(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    settings.change({"wearers": {"Anna": {"load_kg": 40}, "Ben": {}}, "wearer": "Anna", "hold_s": 20})
    assert (settings.wearer, settings.load_kg, settings.hold_s, settings.rest) == ("Anna", 40, 20, None)
    settings.change({"wearer": "Ben"})
    assert (settings.load_kg, settings.hold_s) == (None, 10)
    settings.change({"wearers": {"Ben": None}})
    assert (settings.wearer, settings.wearers, settings.rest) == (None, ["Anna"], 265)


def test_a_calibration_is_kept_for_who_wears_the_band(tmp_path: Path) -> None:
    settings = stored(tmp_path, WORN)
    settings.keep_calibration(250, 7000, (4, 5))
    found = load(tmp_path / "settings.json")
    assert (found.rest, found.reference, found.signature) == (250, 7000, [4, 5])
    assert on_disk(tmp_path)["wearers"]["Ben"] == WORN["wearers"]["Ben"]  # type: ignore[index]


def test_the_app_braces_before_flash_is_written(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    found: list[Any] = []
    settings.brace = lambda: found.append(on_disk(tmp_path))
    settings.change({"hold_s": 20})
    assert found == [FLAT]


def test_what_would_not_fit_is_refused(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    own = {name: value for name, value in LONGEST.items() if SCHEMA[name][3] & module.WEARERS_OWN}
    own.update(
        {"load_kg": 999, "one_rm_kg": 999, "reps_max": 30, "hold_s": 600, "target_permille": 2000, "mode": "silent"}
    )
    with pytest.raises(Wrong, match=r"^wearers$"):
        settings.change({"wearers": {chr(0x1F600 + number) * 24: own for number in range(WEARERS_MAX)}})
    assert not (tmp_path / "settings.json").exists()


@pytest.mark.parametrize("cut_at", range(1, 5))
@pytest.mark.parametrize("step", ["write", "rename"])
def test_a_power_cut_leaves_what_was_or_what_is_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_at: int, step: str
) -> None:
    settings = stored(tmp_path, FLAT)
    left = [cut_at]

    def cut(real: Any) -> Any:
        def do(*arguments: Any) -> Any:
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
            return real(*arguments)

        return do

    monkeypatch.setattr(saving, "_write", cut(saving._write))
    monkeypatch.setattr(saving.os, "rename", cut(os.rename))
    with contextlib.suppress(KeyboardInterrupt):
        settings.change({"hold_s": 20})
    found = load(tmp_path / "settings.json")
    assert found.problems == []
    assert {**found.values, "hold_s": 0} == {**Settings(FLAT).values, "hold_s": 0}
    assert found.hold_s == (10 if cut_at <= 3 else 20)


def test_a_damaged_file_is_said_and_the_last_good_one_stands(tmp_path: Path) -> None:
    stored(tmp_path, FLAT).change({"hold_s": 20})
    (tmp_path / "settings.json").write_bytes(b'{"hold_s": 2')
    found = load(tmp_path / "settings.json")
    assert (found.problems, found.rest, found.hold_s) == (["file"], 265, 10)
    found.change({"hold_s": 30})
    assert (load(found.path).problems, load(found.path).rest, load(found.path).hold_s) == ([], 265, 30)


def test_the_last_good_file_is_not_overwritten_by_a_damaged_one(tmp_path: Path) -> None:
    stored(tmp_path, FLAT).change({"hold_s": 20})
    (tmp_path / "settings.json").write_bytes(b"\xff")
    load(tmp_path / "settings.json").change({"hold_s": 30})
    assert on_disk(tmp_path, "settings.old") == FLAT


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(b" " * (1 << 20) + b"{}")
    tracemalloc.start()
    try:
        found = load(tmp_path / "settings.json")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.problems == ["file"]
    assert peak < 10 * FILE_MAX


@pytest.mark.parametrize("size", [FILE_MAX, FILE_MAX + 1])
def test_a_file_is_read_up_to_its_greatest_size(tmp_path: Path, size: int) -> None:
    (tmp_path / "settings.json").write_bytes(b'{"hold_s": 20}'.ljust(size))
    assert load(tmp_path / "settings.json").hold_s == (20 if size == FILE_MAX else 10)


def test_without_memory_for_a_change_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = stored(tmp_path, FLAT)

    def exhausted(_path: str) -> None:
        raise MemoryError

    monkeypatch.setattr(saving, "read_document", exhausted)
    with pytest.raises(OSError, match="12"):
        settings.change({"hold_s": 20})
    assert (settings.hold_s, on_disk(tmp_path)) == (10, FLAT)


def test_the_values_fit_the_first_record_of_a_session() -> None:
    values = {**Settings({}).values, **LONGEST, "load_kg": 1000, "one_rm_kg": 1000, "autostart": False}
    assert all(is_valid(name, value) for name, value in values.items())
    assert len(json.dumps(values)) + 220 < PAYLOAD_MAX


def test_whatever_a_file_has_become_the_band_has_settings_and_says_what_is_wrong(tmp_path: Path) -> None:
    path, last = tmp_path / "settings.json", tmp_path / "settings.old"
    last.write_bytes(GOOD[1])
    readable = 0
    for number, data in enumerate(mutated(5000)):
        if number == 2500:
            last.unlink()
        path.write_bytes(data)
        found = load(path)
        assert all(is_valid(name, value) for name, value in found.values.items())
        document = parse(data)
        if document is None:
            assert found.problems == ["file"]
            assert found.values == Settings(FLAT if last.exists() else {}).values
            continue
        assert "file" not in found.problems
        for name in SCHEMA:
            assert name not in document or is_valid(name, document[name]) or name in found.problems
        readable += 1
    assert 500 < readable < 4500


def test_whatever_a_file_has_become_a_change_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for data in mutated(400, seed=2):
        path.write_bytes(data)
        found = load(path)
        before = found.values
        found.change({"low_battery_mv": 3333})
        again = load(path)
        assert (again.problems, again.values) == ([], {**before, "low_battery_mv": 3333})


def test_all_that_is_set_is_told_as_json(tmp_path: Path) -> None:
    settings = stored(tmp_path, {**WORN, "hold_s": 0})
    told = json.loads(settings.told())
    assert told == {"values": settings.values, "wearers": ["Ben", "Zoë"], "problems": ["hold_s"]}


def test_one_setting_is_told_by_name_and_none_that_there_is_not(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    assert json.loads(settings.told(b"mains_hz"))["values"] == {"mains_hz": 60}
    assert settings.told(b"colour") is None
    assert settings.told(b"mains") is None


def test_changes_that_come_as_json_are_made_and_their_count_and_effect_told(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    assert settings.apply(b'{"hold_s": 20, "motor": "erm"}') == (True, bytes((2, POWER_ON)))
    assert on_disk(tmp_path)["hold_s"] == 20


@pytest.mark.parametrize("data", [b"", b"[]", b"{"])
def test_what_is_no_object_changes_nothing_and_has_no_name(tmp_path: Path, data: bytes) -> None:
    settings = stored(tmp_path, FLAT)
    assert settings.apply(data) == (False, b"")
    assert on_disk(tmp_path) == FLAT


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b'{"hold_s": 0}', ["hold_s", 1, 600]),
        (b'{"motor": "x"}', ["motor", ["pwm", "erm", "lra"], None]),
        (b'{"colour_of_the_strap_and_more": 1}', ["colour_of_the_strap_and_", None, None]),
    ],
)
def test_what_cannot_be_is_told_with_what_it_can_be(tmp_path: Path, data: bytes, told: list[object]) -> None:
    done, answer = stored(tmp_path, FLAT).apply(data)
    assert (done, json.loads(answer)) == (False, told)


def test_a_calibration_without_a_signature_has_none(tmp_path: Path) -> None:
    settings = stored(tmp_path, FLAT)
    settings.keep_calibration(250, 7000)
    assert (settings.rest, settings.reference, settings.signature) == (250, 7000, None)


@pytest.mark.parametrize("name", ["colour", "value", ""])
def test_what_is_no_setting_is_no_attribute(name: str) -> None:
    with pytest.raises(AttributeError):
        getattr(Settings({}), name)


def test_before_there_are_values_they_are_no_attribute_either() -> None:
    with pytest.raises(AttributeError):
        Settings.__new__(Settings).values  # noqa: B018


def test_calibrated_is_who_has_both_rest_and_reference() -> None:
    calibrated = [
        Settings(given).calibrated for given in ({}, {"rest": 1}, {"reference": 2}, {"rest": 1, "reference": 2})
    ]
    assert calibrated == [False, False, False, True]


def test_as_many_wearers_as_there_may_be_can_be_added(tmp_path: Path) -> None:
    settings = stored(tmp_path)
    settings.change({"wearers": {str(number): {} for number in range(WEARERS_MAX)}})
    assert len(settings.wearers) == WEARERS_MAX


def test_a_file_of_exactly_its_greatest_size_is_saved(tmp_path: Path) -> None:
    path = str(tmp_path / "settings.json")
    saving._save(path, b"{}".ljust(FILE_MAX))
    assert (tmp_path / "settings.json").stat().st_size == FILE_MAX
    with pytest.raises(Wrong, match=r"^wearers$"):
        saving._save(path, b"{}".ljust(FILE_MAX + 1))


def test_a_wearer_s_reference_has_to_be_above_the_rest(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match=r"^other_reference$"):
        stored(tmp_path).change({"wearers": {"Ben": {"other_rest": 5, "other_reference": 5}}})


def test_a_damaged_file_is_mended_by_a_change_that_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_bytes(b"{")
    assert load(tmp_path / "settings.json").change({}) == (0, NOTHING_CHANGED)
    assert on_disk(tmp_path) == {}
