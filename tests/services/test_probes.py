"""What a board tells of files and pins: understood, or called nonsense. tests/chip has the probes themselves."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from buzzband.errors import BoardFailed
from buzzband.services.probes import SAMPLES, Storage, modules, storage, wiring

STORAGE = [1_000_000, 1_441_792, 0x0B2D0004, "b\n", 'Traceback:\n  File "x"\nOSError: 5\n', ["b"]]
WIRING: list[Any] = [1, 31_000, 1, [[0x68, 0x68], [0x69, -1]], -1, [40_000, 30_000], "0040" * SAMPLES]


def board(told: object) -> Any:
    return SimpleNamespace(exec=lambda _code: told if isinstance(told, str) else json.dumps(told))


def test_files_slots_and_crashes_are_told() -> None:
    assert storage(board(STORAGE)) == Storage(1_000_000, 1_441_792, 4, "b", "OSError: 5", ("b",))


def test_what_the_register_holds_at_power_on_is_no_count_of_crashes() -> None:
    assert storage(board([*STORAGE[:2], 0xDEADBEEF, "", "", ["a"]])).crashes == 0


def test_modules_of_a_pack_are_told() -> None:
    assert modules(board({"app": "00ff"}), "/a.app") == {"app": "00ff"}


@pytest.mark.parametrize("told", ["", "null", "[]", {"app": 1}, "[" * 100_000])
def test_nonsense_about_modules_is_called_that(told: object) -> None:
    with pytest.raises(BoardFailed, match="nonsense"):
        modules(board(told), "/a.app")


def test_pins_are_told_in_units() -> None:
    found = wiring(board(WIRING))
    assert (found.usb_power, found.pressed, found.chips, found.driver) == (True, False, {0x68: 0x68}, None)
    assert found.supply_mv == 3 * 3300 * 31_000 // 65_535
    assert found.samples == (0x4000,) * SAMPLES


@pytest.mark.parametrize(
    "told",
    ["", "null", "{}", "[1]", [-1, *STORAGE[1:]], [*STORAGE[:3], 5, "", []], ["x", *STORAGE[1:]], "[" * 100_000],
)
def test_nonsense_about_files_is_called_that(told: object) -> None:
    with pytest.raises(BoardFailed, match="nonsense"):
        storage(board(told))


@pytest.mark.parametrize(
    ("at", "value"), [(1, None), (3, [[1]]), (3, 7), (4, "x"), (5, [1]), (6, "zz"), (6, "00"), (6, 5), (1, "x")]
)
def test_nonsense_about_pins_is_called_that(at: int, value: object) -> None:
    with pytest.raises(BoardFailed, match="nonsense"):
        wiring(board([*WIRING[:at], value, *WIRING[at + 1 :]]))
