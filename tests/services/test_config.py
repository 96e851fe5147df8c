"""Settings in words, and what is asked of a band or a file to change them."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from buzzband.errors import BadSettingsFile, NoSuchSetting, NoSuchWearer, OutputFailed, WrongValue
from buzzband.services import config as service
from buzzband.services import settings as words
from buzzband.services.config import BandStore, FileStore, Store
from buzzband.transports.link import Link
from buzzband_fw.link import messages
from buzzband_fw.store.schema import SCHEMA, WEARERS_MAX, is_valid
from doc_pages import page, rows
from store.mutations import mutated
from transports.fake_band import FakeBand

PAGE = page("settings")


@pytest.fixture(params=["band", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "file":
        yield FileStore(tmp_path / "settings.json")
    else:
        band = FakeBand()
        yield BandStore(Link(band, clock=band.clock), "/dev/ttyFAKE0")


def test_every_setting_has_a_meaning_and_nothing_else_has_one() -> None:
    assert list(words.MEANINGS) == list(SCHEMA)


def test_the_page_has_every_setting_with_its_default_range_and_when_a_change_counts() -> None:
    told = {row[0].strip("`"): row[1:] for row in rows(PAGE, "setting")}
    assert list(told) == list(SCHEMA)
    for name, (meaning, default, can_be, counts) in told.items():
        assert meaning == words.MEANINGS[name]
        assert default == words.shown(name, SCHEMA[name][0])
        assert can_be == words.allowed(name)
        assert counts == words.effect(name)


def test_the_page_tells_the_band_s_settings_from_the_wearer_s() -> None:
    (told,) = (paragraph for paragraph in PAGE.split("\n\n") if paragraph.startswith("The band's own"))
    assert [name for name in SCHEMA if f"`{name}`" in told] == [
        name for name in SCHEMA if not words.belongs_to_wearer(name)
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("target_permille", "500", 500),
        ("target_permille", "50%", 500),
        ("target_permille", "62.5 %", 625),
        ("mains_hz", "60Hz", 60),
        ("load_kg", "80 kg", 80),
        ("load_kg", "none", None),
        ("hold_s", "30s", 30),
        ("low_battery_mv", "3600mV", 3600),
        ("autostart", "No", False),
        ("fatigue", "on", True),
        ("mode", "Hold", "hold"),
        ("mode", "none", None),
        ("tempo", "2-1-3-1", "2-1-3-1"),
        ("signature", "1, -2,3", [1, -2, 3]),
        ("motor_calibration", "13,140,104", [13, 140, 104]),
        ("signature", "[4]", [4]),
        ("wearer", "Zoë", "Zoë"),
    ],
)
def test_a_value_is_read_as_people_write_it(name: str, text: str, value: Any) -> None:
    assert words.parsed(name, text) == value
    assert is_valid(name, value)


@pytest.mark.parametrize(
    ("name", "text", "can_be"),
    [
        ("target_permille", "3000", "50 to 2000"),
        ("target_permille", "none", "50 to 2000"),
        ("target_permille", "201%", "50 to 2000"),
        ("hold_s", "50%", "1 to 600"),
        ("hold_s", "1e1", "1 to 600"),
        ("hold_s", "9" * 5000, "1 to 600"),
        ("load_kg", "22.5", "1 to 1000, or none"),
        ("mains_hz", "55", "50 or 60"),
        ("fatigue", "perhaps", "yes or no"),
        ("mode", "dance", "reach, below, hold"),
        ("tempo", "2-1", "like 2-1-3"),
        ("signature", "1,a", "whole numbers"),
        ("motor_calibration", "13,140", "3 whole numbers from 0 to 255"),
        ("wearer", "\x1b[2J", "printable"),
    ],
)
def test_a_wrong_value_is_named_with_what_was_given_and_what_it_can_be(name: str, text: str, can_be: str) -> None:
    with pytest.raises(WrongValue, match=name) as caught:
        words.parsed(name, text)
    assert repr(text)[1:20] in str(caught.value)
    assert len(str(caught.value)) < 100
    assert can_be in caught.value.hint


@pytest.mark.parametrize(
    ("name", "meant"), [("target", "target_permille"), ("hold-s", "hold_s"), ("exercsie", "exercise")]
)
def test_a_name_that_there_is_not_brings_up_those_that_it_might_be(name: str, meant: str) -> None:
    with pytest.raises(NoSuchSetting, match=name) as caught:
        words.parsed(name, "1")
    assert meant in caught.value.hint


@pytest.mark.parametrize("name", [name for name in SCHEMA if SCHEMA[name][0] is not None])
def test_what_is_shown_can_be_typed(name: str) -> None:
    shown = words.shown(name, SCHEMA[name][0]).partition(" (")[0]
    assert words.parsed(name, shown) == SCHEMA[name][0]


def test_a_change_tells_what_was_and_what_is(store: Store) -> None:
    done = service.change(store, {"target_permille": 600, "hold_s": 10, "usb_isolator": True})
    assert [(each.name, each.before, each.after) for each in done.changes] == [
        ("usb_isolator", False, True),
        ("target_permille", 500, 600),
    ]
    text = service.done_text(done)
    assert "target_permille: 500 (50 %) -> 600 (60 %), from the next session on" in text
    assert "usb_isolator: no -> yes, at once" in text


def test_a_change_that_changes_nothing_writes_nothing() -> None:
    band = FakeBand()
    done = service.change(BandStore(Link(band, clock=band.clock), ""), {"hold_s": 10, "load_kg": None})
    assert (done.changes, band._staged) == ((), b"")


@pytest.mark.parametrize(
    ("changes", "error", "words_"),
    [
        ({"hold_s": 20, "target_permille": 1}, WrongValue, "target_permille"),
        ({"hold_s": 20, "rest": 500, "reference": 400}, WrongValue, "reference"),
        ({"hold_s": 20, "colour": 1}, NoSuchSetting, "colour"),
        ({"hold_s": 20, "wearer": "Ben"}, NoSuchWearer, "Ben"),
        ({"hold_s": 20, "wearers": {"": {}}}, WrongValue, "wearer"),
        ({"hold_s": 20, "wearers": {str(n): {} for n in range(WEARERS_MAX + 1)}}, NoSuchWearer, str(WEARERS_MAX)),
    ],
)
def test_a_change_that_cannot_be_is_refused_before_anything_is_sent(
    store: Store, changes: dict[str, Any], error: type[Exception], words_: str
) -> None:
    with pytest.raises(error, match=words_):
        service.change(store, changes)
    assert store.config().values["hold_s"] == 10


def test_wearers_come_and_go(store: Store) -> None:
    service.change(store, {"rest": 300, "reference": 8000})
    assert service.add_wearer(store, "Anna").wearers == ("Anna",)
    assert service.use_wearer(store, "Anna").wearer == "Anna"
    service.change(store, {"load_kg": 40})
    assert service.add_wearer(store, "Anna").changes == ()
    assert store.config().values["rest"] is None
    assert "* Anna" in service.wearers_text(service.get(store))
    assert service.use_wearer(store, None).wearer is None
    assert store.config().values["rest"] == 300
    assert service.remove_wearer(store, "Anna").wearers == ()
    with pytest.raises(NoSuchWearer, match="Anna"):
        service.remove_wearer(store, "Anna")


def test_reset_takes_back_what_is_named_or_all(store: Store) -> None:
    service.add_wearer(store, "Anna")
    service.change(store, {"wearer": "Anna"})
    service.change(store, {"hold_s": 20, "load_kg": 40, "mains_hz": 60})
    assert [each.name for each in service.reset(store, ["hold_s"]).changes] == ["hold_s"]
    service.reset(store)
    assert {name: value for name, value in store.config().values.items() if value != SCHEMA[name][0]} == {
        "wearer": "Anna"
    }


def test_what_is_edited_is_toml_and_asks_for_what_was_there(store: Store) -> None:
    service.change(store, {"tempo": "2-1-3", "signature": [1, 2], "fatigue": True})
    text = service.editable(store.config())
    assert tomllib.loads(text) == {"tempo": "2-1-3", "signature": [1, 2], "fatigue": True}
    assert service.change(store, service.edited(text)).changes == ()


def test_a_line_that_is_taken_out_is_the_default_again(store: Store) -> None:
    service.change(store, {"tempo": "2-1-3", "fatigue": True})
    changed = service.change(store, service.edited('fatigue = true\nmode = "hold"\n')).changes
    assert [(each.name, each.after) for each in changed] == [("mode", "hold"), ("tempo", None)]


@pytest.mark.parametrize(
    ("text", "error"), [("mode = hold", WrongValue), ("hold_s = 0", WrongValue), ("colour = 1", NoSuchSetting)]
)
def test_an_edited_text_that_cannot_be_is_refused(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        service.edited(text)


@pytest.mark.parametrize("content", [b"", b"[1]", b"{", b"\xff", b" " * 5000 + b"{}"])
def test_a_file_that_holds_no_settings_is_refused_and_stays(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    with pytest.raises(BadSettingsFile, match=r"settings\.json"):
        service.change(FileStore(path), {"hold_s": 20})
    assert path.read_bytes() == content


def test_a_directory_is_no_file_of_settings(tmp_path: Path) -> None:
    with pytest.raises(BadSettingsFile):
        FileStore(tmp_path).config()
    with pytest.raises(OutputFailed):
        FileStore(tmp_path / "nowhere" / "settings.json").change({"hold_s": 20})


def test_whatever_a_file_holds_it_is_settings_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    for data in mutated(300, seed=4):
        path.write_bytes(data)
        try:
            found = FileStore(path).config()
        except BadSettingsFile:
            continue
        assert all(is_valid(name, value) for name, value in found.values.items())


def test_what_is_wrong_in_a_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"hold_s": 0, "tempo": 1}))
    assert "hold_s and tempo" in service.shown_text(service.get(FileStore(path)))


def test_a_busy_band_is_asked_again() -> None:
    band = FakeBand(busy=2)
    service.change(BandStore(Link(band, clock=band.clock), ""), {"hold_s": 20})
    assert band.settings == {"hold_s": 20}
    assert set(band.requests) == {messages.CONFIG}
