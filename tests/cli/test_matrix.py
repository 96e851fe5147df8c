"""Every state that a device can be in, against every command that talks to one: what is told, and the exit code."""

import json
from itertools import product
from pathlib import Path

import pytest

from buzzband.cli.group import COMMANDS
from buzzband.transports.drives import PICO_BOARD
from cli.builders import run
from cli.plugged_in import PACK, PORT, PluggedIn, State, plug_in

WITHOUT_A_DEVICE = {
    "demo",
    "simulate",
    "twin",
    "image",
    "sessions",
    "archive",
    "report",
    "trends",
    "export",
    "import",
    "selftest",
    "completion",
}
TALKING: dict[str, tuple[str, ...]] = {
    "--version": ("--version",),
    "devices": ("devices", "--json"),
    "doctor": ("doctor", "--json"),
    "flash": ("flash", "--json"),
    "update": ("update",),
    "config get": ("config", "get", "mains_hz"),
    "config set": ("config", "set", "mains_hz=60"),
    "compare plan": ("compare", "plan", "--pairs", "2"),
    "sync": ("sync",),
    "monitor": ("monitor", "--lines"),
    "calibrate": ("calibrate",),
}

# What exit code, and which words on either output. Of devices and doctor: what is found.
Cell = tuple[int, str]
DONE, PORT_, LINK, BOARD, UNWELL, WEAR = 0, 3, 4, 10, 15, 16

LINKED = ("update", "config get", "config set", "compare plan", "sync", "monitor", "calibrate")


def linked(exit_code: int, words: str) -> dict[str, Cell]:
    """What all commands say that need a band which answers."""
    return dict.fromkeys(LINKED, (exit_code, words))


UP: dict[str, Cell] = {
    "--version": (DONE, f"at {PORT}: app"),
    "devices": (DONE, "band"),
    "doctor": (DONE, ""),
    "flash": (DONE, '"sent": []'),
    "update": (LINK, "older than this tool: bring it up to date with buzzband flash"),
    "config get": (DONE, "50"),
    "config set": (DONE, "60"),
    "compare plan": (DONE, "2 pairs of sets"),
    "sync": (DONE, "no session"),
    "monitor": (WEAR, "isolator"),
    "calibrate": (WEAR, "isolator"),
}

EXPECTED: dict[State, dict[str, Cell]] = {
    State.BARE: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "micropython"),
        "doctor": (UNWELL, "bare"),
        "flash": (DONE, PACK),
        **linked(LINK, "MicroPython's prompt answers"),
    },
    State.REPL: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "micropython"),
        "doctor": (UNWELL, "AtPrompt"),
        "flash": (DONE, '"sent": []'),
        **linked(LINK, "Install the app with buzzband flash, or start it"),
    },
    State.APP: UP,
    State.SAFE: {**UP, "doctor": (UNWELL, "safe_mode")},
    State.BOOTSEL: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "bootsel"),
        "doctor": (UNWELL, "bootsel"),
        "flash": (DONE, '"installed": "1.24.1"'),
        **linked(PORT_, "A Pico in BOOTSEL is at"),
        "sync": (PORT_, "No board with MicroPython"),
    },
    State.BUSY: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "PortBusy"),
        "doctor": (UNWELL, "PortBusy"),
        "flash": (PORT_, "in use by another program"),
        **linked(PORT_, "in use by another program"),
    },
    State.FORBIDDEN: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "NoPermission"),
        "doctor": (UNWELL, "NoPermission"),
        "flash": (PORT_, "You may not open"),
        **linked(PORT_, "You may not open"),
        "sync": (PORT_, "udev"),
    },
    State.SILENT: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "Silent"),
        "doctor": (UNWELL, "Silent NotAPrompt"),
        "flash": (BOARD, "prompt does not come up"),
        **linked(LINK, "does not answer"),
    },
    State.GARBAGE: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "Garbled"),
        "doctor": (UNWELL, "Garbled NotAPrompt"),
        "flash": (BOARD, "prompt does not come up"),
        **linked(LINK, "damaged or makes no sense"),
    },
}


def test_the_matrix_has_every_state_and_every_command_there_is() -> None:
    assert {words[0] for words in TALKING.values()} - {"--version"} | WITHOUT_A_DEVICE == set(COMMANDS)
    assert {state: set(row) for state, row in EXPECTED.items()} == {state: set(TALKING) for state in State}


@pytest.mark.parametrize(("state", "command"), list(product(State, TALKING)), ids=str)
def test_each_command_in_each_state(
    state: State, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BUZZBAND_ARCHIVE", str(tmp_path / "archive"))
    device = plug_in(state, monkeypatch, tmp_path)
    exit_code, words = EXPECTED[state][command]
    result = run(*TALKING[command])
    assert result.exit_code == exit_code, result.output
    if command == "devices":
        assert_listed(json.loads(result.stdout)["devices"], words)
    elif command == "doctor":
        found = json.loads(result.stdout)["findings"]
        assert " ".join(one["code"] for one in found if one["level"] == "fault") == words
    else:
        assert words in " ".join(result.output.split())
    assert_left_as_it_should_be(device, state, command)
    if exit_code:
        assert len(result.stderr.strip().splitlines()) >= 2, "there is nothing said on what to do"


def assert_listed(listed: list[dict[str, str]], words: str) -> None:
    (one,) = listed
    assert words in (one["kind"], one["trouble"])
    assert bool(one["trouble"]) == bool(one["problem"]) == bool(one["mend"])


def assert_left_as_it_should_be(device: PluggedIn, before: State, command: str) -> None:
    """Whatever runs is what ran before; only flash brings something new, and only it writes files."""
    if command == "flash" and before in (State.BARE, State.REPL, State.APP, State.SAFE, State.BOOTSEL):
        assert device.state is State.APP
        assert PACK in device.board.files
        return
    assert device.board.told("put") == []
    assert device.state is (State.APP if (command, before) in RESTARTED else before)
    assert device.pico is None or device.pico.drive.board_id == PICO_BOARD


RESTARTED = {("doctor", State.REPL), ("doctor", State.SAFE)}
"""A doctor restarts what it has looked at: an app that stood still runs then."""
