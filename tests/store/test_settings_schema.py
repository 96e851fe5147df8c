"""What settings can be, to the last number, and when a change of them counts, is what docs/settings.md says."""

import re
from typing import Any

import pytest

from buzzband_fw.store import changes
from buzzband_fw.store.schema import (
    AT_ONCE,
    FILE_MAX,
    NEXT_SESSION,
    PAIRS,
    POWER_ON,
    SCHEMA,
    WEARERS_MAX,
    WEARERS_OWN,
    beside,
    is_valid,
    parse,
    phases_s,
    values_of,
)
from doc_pages import page, rows

TABLE = {cells[0].strip("`"): cells[1:] for cells in rows(page("settings"), "a change counts")}
EFFECTS = {"at once": AT_ONCE, "from the next session on": NEXT_SESSION, "from the next power-on on": POWER_ON}
EVERY = pytest.mark.parametrize("name", SCHEMA)
SPOKEN: dict[str, Any] = {"yes": True, "no": False, "none": None}
BAND_S_OWN = re.findall(r"`(\w+)`", page("settings").split("which all wearers share, are ")[1].split("\n")[0])


def named(name: str) -> list[str]:
    return [cell.removesuffix(", or none") for cell in TABLE[name]]


def test_the_docs_know_every_setting() -> None:
    assert list(TABLE) == list(SCHEMA)


@EVERY
def test_a_default_is_that_of_the_docs(name: str) -> None:
    said = TABLE[name][1].split(" (")[0]
    assert SCHEMA[name][0] == (SPOKEN[said] if said in SPOKEN else int(said) if said.isdigit() else said)


@EVERY
def test_none_is_a_value_where_the_docs_say_so(name: str) -> None:
    assert is_valid(name, None) == TABLE[name][2].endswith(", or none")


@EVERY
def test_a_change_counts_when_the_docs_say(name: str) -> None:
    before = values_of({})
    assert changes.difference(before, {**before, name: object()}) == (1, EFFECTS[TABLE[name][3]])


@EVERY
def test_a_setting_is_the_band_s_or_the_wearer_s(name: str) -> None:
    own = SCHEMA[name][3] & WEARERS_OWN
    assert bool(own) == (name not in BAND_S_OWN)
    value = SCHEMA[name][0]
    assert values_of({name: 7, "wearer": "A", "wearers": {"A": {}}})[name] == (
        "A" if name == "wearer" else value if own else 7
    )


@pytest.mark.parametrize("name", [name for name in SCHEMA if "a whole number" in TABLE[name][2]])
def test_a_number_is_within_the_limits_of_the_docs(name: str) -> None:
    least, greatest = map(int, re.findall(r"\d+", TABLE[name][2])[:2])
    assert [is_valid(name, value) for value in (least - 1, least, greatest, greatest + 1)] == [False, True, True, False]
    assert not is_valid(name, float(least))
    assert not is_valid(name, True)


@pytest.mark.parametrize("name", [name for name in SCHEMA if "one of" in TABLE[name][2]])
def test_a_choice_is_one_of_the_docs(name: str) -> None:
    choices = named(name)[2].removeprefix("one of ").split(", ")
    assert SCHEMA[name][1] == tuple(choices)
    assert all(is_valid(name, choice) for choice in choices)
    assert not is_valid(name, choices[0] + " ")


@pytest.mark.parametrize("name", [name for name in SCHEMA if TABLE[name][2] == "yes or no"])
def test_yes_and_no_are_true_and_false(name: str) -> None:
    assert [is_valid(name, value) for value in (True, False, 0, 1, "yes")] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("name", "value", "valid"),
    [
        ("motor_calibration", [0, 255, 7], True),
        ("motor_calibration", (0, 255, 7), True),
        ("motor_calibration", [0, 256, 7], False),
        ("motor_calibration", [-1, 255, 7], False),
        ("motor_calibration", [0, 255], False),
        ("motor_calibration", [0, 255, 7, 7], False),
        ("signature", [1], True),
        ("signature", [1048575] * 16, True),
        ("signature", [-1048575] * 16, True),
        ("signature", [1048576], False),
        ("signature", [-1048576], False),
        ("signature", [1] * 17, False),
        ("signature", [], False),
        ("wearer", "A", True),
        ("wearer", "A" * 24, True),
        ("wearer", "A" * 25, False),
        ("wearer", "", False),
        ("tempo", "1-0-1", True),
        ("tempo", "20-20-20-20", True),
        ("tempo", "21-1-1", False),
        ("tempo", "1-21-1", False),
        ("tempo", "020-1-1", False),
        ("tempo", "0-1-1", False),
        ("tempo", "1-1-0", False),
        ("tempo", "1-1", False),
        ("tempo", "1-1-1-1-1", False),
    ],
)
def test_lists_names_and_tempos_are_as_long_and_large_as_the_docs_say(name: str, value: object, valid: bool) -> None:
    assert is_valid(name, value) == valid


def test_a_tempo_has_its_own_greatest_phase() -> None:
    assert phases_s("3-0-2", 3) == (3, 0, 2)
    assert phases_s("3-0-2", 2) is None
    assert phases_s("20-0-1") == (20, 0, 1)
    assert phases_s("21-0-1") is None


@pytest.mark.parametrize(
    ("code", "printable"),
    [(31, False), (32, True), (126, True), (127, False), (159, False), (160, True), (0xD7FF, True), (0xD800, False),
     (0xDFFF, False), (0xE000, True)],
)  # fmt: skip
def test_a_name_has_no_control_characters_and_no_surrogates(code: int, printable: bool) -> None:
    assert is_valid("wearer", f"A{chr(code)}B") == printable


def test_rest_comes_before_reference_of_either_muscle() -> None:
    assert PAIRS == (("rest", "reference"), ("other_rest", "other_reference"))


def test_a_file_has_2048_bytes_at_most_and_8_wearers() -> None:
    assert f"{FILE_MAX} bytes at most" in page("settings")
    assert f"At most {WEARERS_MAX}, each" in page("settings")
    assert parse(b"{}".ljust(FILE_MAX)) == {}
    assert parse(b"{}".ljust(FILE_MAX + 1)) is None


@pytest.mark.parametrize("data", [b"[]", b"1", b"null", b"{", b"\xff{}", b""])
def test_what_is_no_object_is_none(data: bytes) -> None:
    assert parse(data) is None


def test_files_stand_beside_each_other() -> None:
    assert beside("a/settings.json", "old") == "a/settings.old"
