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

EXPECTED: dict[State, dict[str, Cell]] = {
    State.BARE: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "micropython"),
        "doctor": (UNWELL, "bare"),
        "flash": (DONE, PACK),
        "update": (LINK, "MicroPython's prompt answers"),
        "config get": (LINK, "MicroPython's prompt answers"),
        "monitor": (LINK, "MicroPython's prompt answers"),
        "calibrate": (LINK, "MicroPython's prompt answers"),
        "config set": (LINK, "MicroPython's prompt answers"),
        "compare plan": (LINK, "MicroPython's prompt answers"),
        "sync": (LINK, "MicroPython's prompt answers"),
    },
    State.REPL: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "micropython"),
        "doctor": (UNWELL, "AtPrompt"),
        "flash": (DONE, '"sent": []'),
        "update": (LINK, "Install the app with buzzband flash, or start it"),
        "config get": (LINK, "Install the app with buzzband flash, or start it"),
        "monitor": (LINK, "Install the app with buzzband flash, or start it"),
        "calibrate": (LINK, "Install the app with buzzband flash, or start it"),
        "config set": (LINK, "Install the app with buzzband flash, or start it"),
        "compare plan": (LINK, "Install the app with buzzband flash, or start it"),
        "sync": (LINK, "Install the app with buzzband flash, or start it"),
    },
    State.APP: {
        "--version": (DONE, f"at {PORT}: app"),
        "devices": (DONE, "band"),
        "doctor": (DONE, ""),
        "flash": (DONE, '"sent": []'),
        "update": (LINK, "older than this tool: bring it up to date with buzzband flash"),
        "config get": (DONE, "50"),
        "monitor": (WEAR, "isolator"),
        "calibrate": (WEAR, "isolator"),
        "config set": (DONE, "60"),
        "compare plan": (DONE, "2 pairs of sets"),
        "sync": (DONE, "no session"),
    },
    State.SAFE: {
        "--version": (DONE, f"at {PORT}: app"),
        "devices": (DONE, "band"),
        "doctor": (UNWELL, "safe_mode"),
        "flash": (DONE, '"sent": []'),
        "update": (LINK, "older than this tool: bring it up to date with buzzband flash"),
        "config get": (DONE, "50"),
        "monitor": (WEAR, "isolator"),
        "calibrate": (WEAR, "isolator"),
        "config set": (DONE, "60"),
        "compare plan": (DONE, "2 pairs of sets"),
        "sync": (DONE, "no session"),
    },
    State.BOOTSEL: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "bootsel"),
        "doctor": (UNWELL, "bootsel"),
        "flash": (DONE, '"installed": "1.24.1"'),
        "update": (PORT_, "A Pico in BOOTSEL is at"),
        "config get": (PORT_, "A Pico in BOOTSEL is at"),
        "monitor": (PORT_, "A Pico in BOOTSEL is at"),
        "calibrate": (PORT_, "A Pico in BOOTSEL is at"),
        "config set": (PORT_, "A Pico in BOOTSEL is at"),
        "compare plan": (PORT_, "A Pico in BOOTSEL is at"),
        "sync": (PORT_, "No board with MicroPython"),
    },
    State.BUSY: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "PortBusy"),
        "doctor": (UNWELL, "PortBusy"),
        "flash": (PORT_, "in use by another program"),
        "update": (PORT_, "in use by another program"),
        "config get": (PORT_, "in use by another program"),
        "monitor": (PORT_, "in use by another program"),
        "calibrate": (PORT_, "in use by another program"),
        "config set": (PORT_, "in use by another program"),
        "compare plan": (PORT_, "in use by another program"),
        "sync": (PORT_, "in use by another program"),
    },
    State.FORBIDDEN: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "NoPermission"),
        "doctor": (UNWELL, "NoPermission"),
        "flash": (PORT_, "You may not open"),
        "update": (PORT_, "You may not open"),
        "config get": (PORT_, "You may not open"),
        "monitor": (PORT_, "You may not open"),
        "calibrate": (PORT_, "You may not open"),
        "config set": (PORT_, "udev"),
        "compare plan": (PORT_, "udev"),
        "sync": (PORT_, "udev"),
    },
    State.SILENT: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "Silent"),
        "doctor": (UNWELL, "Silent NotAPrompt"),
        "flash": (BOARD, "prompt does not come up"),
        "update": (LINK, "does not answer"),
        "config get": (LINK, "does not answer"),
        "monitor": (LINK, "does not answer"),
        "calibrate": (LINK, "does not answer"),
        "config set": (LINK, "does not answer"),
        "compare plan": (LINK, "does not answer"),
        "sync": (LINK, "does not answer"),
    },
    State.GARBAGE: {
        "--version": (DONE, "with app"),
        "devices": (DONE, "Garbled"),
        "doctor": (UNWELL, "Garbled NotAPrompt"),
        "flash": (BOARD, "prompt does not come up"),
        "update": (LINK, "damaged or makes no sense"),
        "config get": (LINK, "damaged or makes no sense"),
        "monitor": (LINK, "damaged or makes no sense"),
        "calibrate": (LINK, "damaged or makes no sense"),
        "config set": (LINK, "damaged or makes no sense"),
        "compare plan": (LINK, "damaged or makes no sense"),
        "sync": (LINK, "damaged or makes no sense"),
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
