"""``buzzband config`` as it is typed: on a file, and on a band."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from app.bench import settings
from builders import codes, effort
from buzzband.engines.band import VirtualBand
from buzzband.recordings import synth
from buzzband.services import config as service
from buzzband_fw.store.schema import SCHEMA
from cli.builders import run

PORT = "/dev/ttyFAKE0"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.fixture
def virtual(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualBand]:
    """A whole band in this process, which does not begin a session by itself, at a port."""
    idle = {**settings(), "autostart": False}
    with VirtualBand(codes(effort(synth.REST, 2.0, seed=6)), idle) as band:
        band.run_for(1.0)
        monkeypatch.setattr(service, "open_port", lambda path: nullcontext(band.stream))
        yield band


def config(*arguments: object, code: int = 0) -> str:
    """Run a subcommand and return what it prints."""
    result = run("config", *arguments)
    assert result.exit_code == code, result.output
    return result.stderr if code else result.stdout


def document(*arguments: object) -> Any:
    return json.loads(config(*arguments, "--json"))


def test_get_shows_all_settings_or_one_with_what_it_can_be(file: Path) -> None:
    assert [line.split()[0] for line in config("get", "--file", file).splitlines()] == list(SCHEMA)
    assert "50 to 2000" in config("get", "target_permille", "--file", file)
    assert document("get", "hold_s", "--file", file)["settings"] == {"hold_s": 10}


@pytest.mark.parametrize(
    "pairs", [("hold_s", "20", "load_kg", "80"), ("hold_s=20", "load_kg=80"), ("hold_s=20", "load_kg", "80kg")]
)
def test_set_takes_names_and_values(file: Path, pairs: tuple[str, ...]) -> None:
    told = document("set", *pairs, "--file", file)
    assert [(each["name"], each["after"]) for each in told["changes"]] == [("hold_s", 20), ("load_kg", 80)]
    assert json.loads(file.read_text()) == {"hold_s": 20, "load_kg": 80}


def test_a_negative_number_is_a_value_and_no_option(file: Path) -> None:
    config("set", "signature", "-1,2", "--file", file)
    assert json.loads(file.read_text()) == {"signature": [-1, 2]}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("set", "hold_s", "20", "target_permille", "3000"), ("target_permille", "'3000'", "50 to 2000")),
        (("set", "target", "50%"), ("'target'", "target_permille")),
        (("set", "tempo=fast"), ("tempo", "'fast'", "2-1-3")),
        (("get", "colour"), ("'colour'", "config get")),
        (("reset", "colour"), ("'colour'",)),
        (("wearer", "use", "Ben"), ("'Ben'", "wearer add")),
        (("wearer", "remove", "Ben"), ("'Ben'",)),
        (("wearer", "add", "B" * 25), ("wearer", "1 to 24")),
    ],
)
def test_what_cannot_be_is_exit_11_and_says_what_can(
    file: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    told = config(*arguments, "--file", file, code=11)
    assert told.startswith("Error: ")
    assert len(told.splitlines()) == 2
    assert all(word in told for word in words)
    assert not file.exists()


@pytest.mark.parametrize("arguments", [("set",), ("set", "hold_s"), ("get", "--port", PORT, "--file", "x")])
def test_what_is_typed_wrong_is_exit_2(file: Path, arguments: tuple[str, ...]) -> None:
    config(*arguments, *(() if "--file" in arguments else ("--file", file)), code=2)


def test_reset_without_names_asks_first(file: Path) -> None:
    config("set", "hold_s=20", "--file", file)
    config("reset", "--file", file, code=1)
    assert json.loads(file.read_text()) == {"hold_s": 20}
    config("reset", "--yes", "--file", file)
    assert json.loads(file.read_text()) == {}


def test_edit_applies_what_was_saved(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def edit(text: str, extension: str) -> str:
        seen.append(extension)
        return text.replace("# hold_s = 10", "hold_s = 25")

    monkeypatch.setattr("click.edit", edit)
    assert "hold_s: 10 -> 25" in config("edit", "--file", file)
    assert seen == [".toml"]


def test_edit_that_is_left_without_saving_changes_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.edit", lambda *_, **__: None)
    config("edit", "--file", file, code=1)
    assert not file.exists()


def test_edit_says_what_is_wrong_and_asks_whether_to_mend_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.edit", lambda *_, **__: "hold_s = 0")
    told = config("edit", "--file", file, code=1)
    assert "1 to 600" in told
    assert "Edit it again?" in told


@pytest.mark.parametrize(
    "arguments",
    [
        *((), ("get",), ("set",), ("edit",), ("reset",), ("wearer",)),
        *(("wearer", name) for name in ("list", "add", "use", "remove")),
    ],
)
def test_every_subcommand_has_help(arguments: tuple[str, ...]) -> None:
    told = config(*arguments, "--help")
    assert arguments in ((), ("wearer",)) or all(option in told for option in ("--port", "--file", "--json"))


def test_a_whole_band_tells_and_keeps_its_settings(virtual: VirtualBand) -> None:
    at = ("--port", PORT)
    assert document("get", *at)["settings"]["target_permille"] == settings()["target_permille"]
    told = document("set", "target_permille=65%", "tempo", "2-1-3", *at)
    assert [each["after"] for each in told["changes"]] == [650, "2-1-3"]
    config("wearer", "add", "Zoë", *at)
    config("wearer", "use", "Zoë", *at)
    assert document("get", *at)["settings"]["rest"] is None
    config("wearer", "use", *at)
    assert document("get", *at)["settings"]["tempo"] == "2-1-3"
    kept = json.loads(virtual.files()["settings.json"])
    assert (kept["target_permille"], kept["wearers"]) == (650, {"Zoë": {}})


def test_a_band_that_starts_again_has_what_was_set(virtual: VirtualBand) -> None:
    config("set", "hold_s=33", "--port", PORT)
    virtual.reset()
    virtual.run_for(1.0)
    assert document("get", "hold_s", "--port", PORT)["settings"] == {"hold_s": 33}


def test_an_editor_that_cannot_be_started_is_named_with_what_to_do(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "no-such-editor")
    told = config("edit", "--file", file, code=11)
    assert "no-such-editor" in told
    assert "EDITOR" in told
    assert not file.exists()


def test_brackets_without_end_are_a_wrong_value(file: Path) -> None:
    assert "signature" in config("set", "--file", file, "signature", "[" * 100_000, code=11)
