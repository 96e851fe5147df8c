"""``buzzband flash`` as it is typed."""

import json
from collections.abc import Callable

import pytest

from buzzband.cli import flash as command
from buzzband.cli import group
from buzzband.errors import NotAPrompt, SeveralBoards
from buzzband.services.flash import Flashed
from buzzband.transports.replies import Hello
from cli.builders import run

HELLO = Hello(1, "0.1.0", "1.24.1", "e66138528361ba32", "a", False, 1_000_000, 70_000, 640)
DONE = Flashed("/dev/ttyFAKE0", "1.24.1", ("/main.py",), 7, ("/boot.py",), (), HELLO)

Flashing = Callable[..., list[tuple[str, dict[str, bytes], str, float]]]


@pytest.fixture(autouse=True)
def wired(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group, "COMMANDS", tuple({*group.COMMANDS, "flash"}))


@pytest.fixture
def flashing(monkeypatch: pytest.MonkeyPatch) -> Flashing:
    """Puts a service in place that notes what it was asked for, and does as told."""

    def placed(error: Exception | None = None) -> list[tuple[str, dict[str, bytes], str, float]]:
        asked = []

        def flash(
            port: str, files: dict[str, bytes], app: str, *, progress: Callable[[float], None], patience_s: float
        ) -> Flashed:
            asked.append((port, files, app, patience_s))
            progress(1.0)
            if error:
                raise error
            return DONE

        monkeypatch.setattr(command, "run_flash", flash)
        monkeypatch.setattr(command, "band_files", lambda: {"main.py": b"start()"})
        return asked

    return placed


def test_the_port_that_is_named_gets_the_app_of_this_version(flashing: Flashing) -> None:
    asked = flashing()
    result = run("flash", "--port", "/dev/ttyFAKE0", "--patience", "60")
    assert (result.exit_code, result.stderr) == (0, "")
    assert asked == [("/dev/ttyFAKE0", {"main.py": b"start()"}, "0.1.0", 60.0)]
    assert result.stdout.splitlines()[-1].startswith("App 0.1.0 runs on MicroPython 1.24.1")


def test_without_a_port_the_only_board_is_taken(flashing: Flashing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.devices_port.find_port", lambda: "/dev/ttyFAKE3")
    asked = flashing()
    assert run("flash").exit_code == 0
    assert asked[0][0] == "/dev/ttyFAKE3"


def test_several_boards_are_exit_3_and_nothing_is_done(flashing: Flashing, monkeypatch: pytest.MonkeyPatch) -> None:
    def several() -> str:
        raise SeveralBoards("There are 2 boards with MicroPython:\n  --port /dev/ttyFAKE0\n  --port /dev/ttyFAKE1")

    monkeypatch.setattr("buzzband.services.devices_port.find_port", several)
    asked = flashing()
    result = run("flash")
    assert (result.exit_code, result.stdout, asked) == (3, "", [])
    assert "  --port /dev/ttyFAKE1\nName one of them with --port." in result.stderr


def test_a_board_without_a_prompt_is_exit_10_with_what_to_do(flashing: Flashing) -> None:
    flashing(NotAPrompt("MicroPython's prompt does not come up at /dev/ttyFAKE0."))
    result = run("flash", "--port", "/dev/ttyFAKE0")
    assert result.exit_code == 10
    assert "Plug the board again" in result.stderr


def test_a_port_that_is_not_there_is_exit_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "band_files", dict)
    result = run("flash", "--port", "/dev/nowhere")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "There is no port /dev/nowhere" in result.stderr


def test_json_is_one_document(flashing: Flashing) -> None:
    flashing()
    told = json.loads(run("flash", "--port", "/dev/ttyFAKE0", "--json").stdout)
    assert told["schema"] == "buzzband/flash/1"
    assert told["band"]["app"] == "0.1.0"
    assert told["sent"] == ["/main.py"]


@pytest.mark.parametrize("patience", ["0", "-1", "soon"])
def test_a_patience_of_less_than_a_second_is_exit_2(patience: str) -> None:
    assert run("flash", "--patience", patience).exit_code == 2
