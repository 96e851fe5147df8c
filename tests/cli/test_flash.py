"""``buzzband flash`` as it is typed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from buzzband.errors import NotAPrompt, SessionsAtRisk
from buzzband.services.at_risk import OnBoard
from buzzband.services.flash import Flashed
from buzzband.services.install import Job
from buzzband.transports.ports import Port
from buzzband.transports.replies import Hello
from cli.builders import run

HELLO = Hello(1, "0.1.0", "1.24.1", "e66138528361ba32", "a", False, 1_000_000, 70_000, 640)
DONE = Flashed("/dev/ttyFAKE0", "1.24.1", ("/main.py",), 7, ("/boot.py",), (), HELLO)

Flashing = Callable[..., list[tuple[str, Job]]]


@pytest.fixture
def flashing(monkeypatch: pytest.MonkeyPatch) -> Flashing:
    """Puts a service in place that notes what it was asked for, and does as told."""

    def placed(error: Exception | None = None) -> list[tuple[str, Job]]:
        asked = []

        def install(board: str, job: Job, progress: Callable[[float], None]) -> Flashed:
            asked.append((board, job))
            progress(1.0)
            if error:
                raise error
            return DONE

        monkeypatch.setattr("buzzband.services.install.install", install)
        monkeypatch.setattr("buzzband.bundle.band_files", lambda: {"main.py": b"start()"})
        return asked

    return placed


def test_the_port_that_is_named_gets_the_app_of_this_version(flashing: Flashing) -> None:
    asked = flashing()
    result = run("flash", "--port", "/dev/ttyFAKE0", "--patience", "60")
    assert (result.exit_code, result.stderr) == (0, "")
    ((port, job),) = asked
    assert (port, replace(job, guard=None)) == (
        "/dev/ttyFAKE0",
        Job({"main.py": b"start()"}, "0.1.0", patience_s=60.0),
    )
    assert result.stdout.splitlines()[-1].startswith("App 0.1.0 runs on MicroPython 1.24.1")


def test_without_a_port_the_only_board_is_taken(flashing: Flashing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.devices_port.all_ports", lambda: (Port("/dev/ttyFAKE3", True),))
    monkeypatch.setattr("buzzband.services.devices_port.boot_drives", tuple)
    asked = flashing()
    assert run("flash").exit_code == 0
    assert asked[0][0] == "/dev/ttyFAKE3"


def test_several_boards_are_exit_3_and_nothing_is_done(flashing: Flashing, monkeypatch: pytest.MonkeyPatch) -> None:
    both = (Port("/dev/ttyFAKE0", True), Port("/dev/ttyFAKE1", True))
    monkeypatch.setattr("buzzband.services.devices_port.all_ports", lambda: both)
    monkeypatch.setattr("buzzband.services.devices_port.boot_drives", tuple)
    asked = flashing()
    result = run("flash")
    assert (result.exit_code, result.stdout, asked) == (3, "", [])
    assert "  --port /dev/ttyFAKE1\nName the one that is meant." in result.stderr


def test_a_board_without_a_prompt_is_exit_10_with_what_to_do(flashing: Flashing) -> None:
    flashing(NotAPrompt("MicroPython's prompt does not come up at /dev/ttyFAKE0."))
    result = run("flash", "--port", "/dev/ttyFAKE0")
    assert result.exit_code == 10
    assert "Plug the board again" in result.stderr


def test_a_port_that_is_not_there_is_exit_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.bundle.band_files", dict)
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


def test_a_uf2_that_is_none_is_exit_14_before_any_board_is_touched(flashing: Flashing, tmp_path: Path) -> None:
    (tmp_path / "emg.uf2").write_text("time,EMG")
    asked = flashing()
    result = run("flash", "--port", "/dev/ttyFAKE0", "--uf2", tmp_path / "emg.uf2")
    assert (result.exit_code, asked) == (14, [])
    assert "no UF2" in result.stderr


def test_a_uf2_that_is_not_there_is_exit_6(flashing: Flashing, tmp_path: Path) -> None:
    asked = flashing()
    result = run("flash", "--port", "/dev/ttyFAKE0", "--uf2", tmp_path / "nowhere.uf2")
    assert (result.exit_code, asked) == (6, [])
    assert "nowhere.uf2 cannot be read" in result.stderr


def test_sessions_are_compared_with_the_archive_that_is_named(flashing: Flashing, tmp_path: Path) -> None:
    asked = flashing()
    assert run("flash", "--port", "/dev/ttyFAKE0", "--archive", tmp_path / "mine").exit_code == 0
    ((_, job),) = asked
    assert job.guard is not None
    with pytest.raises(SessionsAtRisk, match="mine"):
        job.guard([OnBoard("00112233445566aa", "5e5510")])


def test_sessions_at_risk_are_exit_10_with_both_ways_on(flashing: Flashing) -> None:
    flashing(SessionsAtRisk("There is 1 session on the board."))
    result = run("flash", "--port", "/dev/ttyFAKE0")
    assert result.exit_code == 10
    assert "buzzband sync" in result.stderr
    assert "--lose-sessions" in result.stderr


def test_the_loss_of_sessions_is_confirmed_by_an_option_only(flashing: Flashing) -> None:
    asked = flashing()
    run("flash", "--port", "/dev/ttyFAKE0")
    run("flash", "--port", "/dev/ttyFAKE0", "--lose-sessions")
    assert [job.guard is None for _, job in asked] == [False, True]


def test_a_drive_that_is_no_pico_is_exit_13(flashing: Flashing, tmp_path: Path) -> None:
    asked = flashing()
    result = run("flash", "--drive", tmp_path)
    assert (result.exit_code, asked) == (13, [])
    assert "no drive of a board in BOOTSEL" in result.stderr


def test_port_and_drive_together_are_exit_2(tmp_path: Path) -> None:
    assert run("flash", "--port", "/dev/ttyFAKE0", "--drive", tmp_path).exit_code == 2
