"""``buzzband sync``, ``sessions`` and ``archive`` as they are typed."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from buzzband.transports import ports
from cli.builders import run
from services.fake_link import UID, FakeLink
from services.syncing import IDS, band, damaged, log_of

PORT = "/dev/ttyFAKE0"
Plug = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The archive of whoever types."""
    monkeypatch.setenv("BUZZBAND_ARCHIVE", str(tmp_path / "archive"))
    return tmp_path / "archive"


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Puts bands at ports, of which each is a board with MicroPython."""

    def placed(*links: FakeLink) -> None:
        there = {f"/dev/ttyFAKE{number}": link for number, link in enumerate(links)}

        @contextmanager
        def linked(port: str, _patience_s: float) -> Iterator[FakeLink]:
            yield there[port]

        boards = tuple(ports.Port(path, is_micropython=True) for path in there)
        monkeypatch.setattr("buzzband.services.devices_port.linked", linked)
        monkeypatch.setattr(ports, "all_ports", lambda: boards)

    return placed


def document(*arguments: object) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_all_bands_that_are_plugged_in_are_synced(folder: Path, plug: Plug) -> None:
    plug(band(2), FakeLink({IDS[2]: log_of(IDS[2])}, uid="a" * 16))
    told = document("sync")
    assert [(one["uid"], len(one["sessions"])) for one in told["bands"]] == [(UID, 2), ("a" * 16, 1)]
    assert told["archive"] == str(folder)


def test_only_the_ports_that_are_named_are_synced(folder: Path, plug: Plug) -> None:
    plug(band(2), FakeLink(uid="a" * 16))
    assert [one["port"] for one in document("sync", "/dev/ttyFAKE1")["bands"]] == ["/dev/ttyFAKE1"]


def test_without_a_board_it_is_exit_3(folder: Path, plug: Plug) -> None:
    plug()
    result = run("sync")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "Plug the band in" in result.stderr


def test_the_text_tells_each_session_and_where_it_is_now(folder: Path, plug: Plug) -> None:
    plug(band(2))
    text = run("sync").stdout
    for words in (
        "2 sessions copied",
        "0011223344",
        "2 sets, 8 reps, 4 on target, complete",
        "deleted on the band",
        str(folder),
    ):
        assert words in text.replace("target  complete", "target, complete")


def test_keep_leaves_them_on_the_band(folder: Path, plug: Plug) -> None:
    plug(link := band(2))
    assert "stay on the band" in run("sync", "--keep").stdout
    assert len(link.sessions_there) == 2


def test_unplugged_is_exit_4_with_what_was_saved(folder: Path, plug: Plug) -> None:
    plug(band(3, cut=14))
    result = run("sync")
    assert result.exit_code == 4
    assert "run buzzband sync again" in result.stdout
    assert "Plug the band in again" in result.stderr


def test_the_archive_may_be_named(tmp_path: Path, plug: Plug) -> None:
    plug(band(1))
    assert document("sync", "--archive", tmp_path / "mine")["archive"] == str(tmp_path / "mine")
    assert document("archive", "path", "--archive", tmp_path / "mine") == {
        "schema": "buzzband/archive/1",
        "archive": str(tmp_path / "mine"),
    }


def test_an_archive_that_cannot_be_written_is_exit_12(tmp_path: Path, plug: Plug) -> None:
    (tmp_path / "file").write_text("in the way")
    plug(link := band(1))
    result = run("sync", "--archive", tmp_path / "file" / "archive")
    assert result.exit_code == 12
    assert "--archive" in result.stderr
    assert link.sessions_there


def test_sessions_are_listed_with_when_and_what(folder: Path, plug: Plug) -> None:
    plug(band(3))
    run("sync")
    rows = run("sessions").stdout.splitlines()
    assert len(rows) == 4
    assert all("20" in row and "complete" in row for row in rows[:3])
    told = document("sessions")["sessions"]
    assert {(one["sets"], one["reps"], one["hits"], one["complete"]) for one in told} == {
        (number, 4 * number, 2 * number, True) for number in (1, 2, 3)
    }
    assert all(one["when"]["exact"] for one in told)


def test_an_empty_archive_says_what_to_do(folder: Path) -> None:
    assert "buzzband sync" in run("sessions").stdout
    assert document("sessions")["sessions"] == []


def test_a_session_is_shown_by_the_beginning_of_its_id(folder: Path, plug: Plug) -> None:
    plug(band(3))
    run("sync")
    text = run("sessions", "show", "ffee").stdout
    for words in (IDS[1], "ended by the button", "target_permille = 500", "Set 2:", "on target 8 times", "Raw log:"):
        assert words in text
    told = document("sessions", "show", "FFEE")
    assert (len(told["sets"]), len(told["reps"]), told["session"]["id"]) == (2, 8, IDS[1])


def test_an_id_that_might_mean_several_is_refused_with_the_list(folder: Path, plug: Plug) -> None:
    plug(band(3))
    run("sync")
    result = run("sessions", "show", "0")
    assert (result.exit_code, result.stdout) == (12, "")
    assert all(one in result.stderr for one in (IDS[0], IDS[2]))
    assert IDS[1] not in result.stderr


@pytest.mark.parametrize("wanted", ["77", "../x", "\x1b[31m", "0" * 99])
def test_an_id_that_is_not_there_is_refused(folder: Path, plug: Plug, wanted: str) -> None:
    plug(band(1))
    run("sync")
    result = run("sessions", "show", wanted)
    assert result.exit_code == 12
    assert "buzzband sessions" in result.stderr
    assert "\x1b" not in result.stderr


def test_two_contents_of_one_id_are_told_apart_by_their_hashes(folder: Path, plug: Plug) -> None:
    for data in (log_of(IDS[0], 1), log_of(IDS[0], 2)):
        plug(FakeLink({IDS[0]: data}))
        run("sync")
    result = run("sessions", "show", IDS[0])
    names = [line.split()[0] for line in result.stderr.splitlines() if line.startswith("  ")]
    assert len(names) == 2
    assert run("sessions", "show", names[0]).exit_code == 0


def test_what_a_band_says_cannot_steer_the_terminal(folder: Path, plug: Plug) -> None:
    nasty = "\x1b[2J\u202eevil\n"
    header = {
        "app": nasty,
        "reset": nasty,
        "settings": {"wearer": nasty, "exercise": nasty},
        "calibration": {"how": nasty},
    }
    plug(FakeLink({IDS[0]: log_of(IDS[0], **header)}))
    for arguments in (("sync",), ("sessions",), ("sessions", "show", IDS[0])):
        text = run(*arguments).stdout
        assert "\x1b" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize(
    "header",
    [
        {"settings": {"tempo": [1], "wearer": 5, "target_permille": "x"}, "calibration": {"grade": "x", "how": []}},
        {"settings": {"target_permille": 10**9}, "supply_mv": -5, "boot": -1, "time": {"boot": "x"}},
        {"boot": 2**70, "time": {"boot": 2**70, "t_ms": 2**70, "utc_ms": 2**70}, "calibration": {}},
        {"boot": True, "supply_mv": 10**30, "settings": {}, "reset": ""},
    ],
)
def test_a_header_of_nonsense_is_shown_all_the_same(folder: Path, plug: Plug, header: dict[str, object]) -> None:
    plug(FakeLink({IDS[0]: log_of(IDS[0], **header)}))
    run("sync")
    for arguments in (("sessions",), ("sessions", "show", IDS[0])):
        assert run(*arguments).exit_code == 0
        document(*arguments)


def test_check_is_exit_0_when_all_is_well_and_12_with_the_mend_when_not(folder: Path, plug: Plug) -> None:
    plug(band(2))
    run("sync")
    assert run("archive", "check").exit_code == 0
    path = next((folder / UID).glob("*.bbl"))
    path.chmod(0o644)
    path.write_bytes(damaged(path.read_bytes()))
    result = run("archive", "check")
    assert result.exit_code == 12
    assert path.name in result.stdout
    assert "backup" in result.stdout


def test_rebuild_makes_a_damaged_index_anew(folder: Path, plug: Plug) -> None:
    plug(band(2))
    run("sync")
    (folder / "index.sqlite").write_bytes(b"rubbish")
    result = run("sessions")
    assert result.exit_code == 12
    assert "archive rebuild" in result.stderr
    assert document("archive", "rebuild")["logs"] == 2
    assert len(document("sessions")["sessions"]) == 2


def test_the_archive_may_be_named_before_or_behind_show(tmp_path: Path, plug: Plug) -> None:
    plug(band(1))
    run("sync", "--archive", tmp_path)
    assert run("sessions", "--archive", tmp_path, "show", IDS[0]).exit_code == 0
    assert run("sessions", "show", IDS[0], "--archive", tmp_path).exit_code == 0
    assert run("sessions", "--json", "show", IDS[0]).exit_code == 2


@pytest.mark.parametrize(
    "command",
    [
        ("sessions",), ("sessions", "show", "ab"), ("archive", "check"), ("archive", "rebuild"), ("report",),
        ("trends",), ("compare",), ("export", "--all", "--format", "csv"),
    ],
)  # fmt: skip
def test_what_only_reads_refuses_a_folder_that_is_named_and_not_there(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, "--archive", tmp_path / "arhcive")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "There is no folder" in " ".join(result.stderr.split())
    assert not (tmp_path / "arhcive").exists()


@pytest.mark.parametrize("command", [("sessions",), ("archive", "check"), ("export", "--all", "--format", "csv")])
def test_a_folder_that_nobody_may_look_into_is_exit_12(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, "--archive", tmp_path / ("x" * 300))  # fails for every user, as a closed folder does
    assert (result.exit_code, result.stdout) == (12, "")


def test_a_check_of_nothing_does_not_say_that_all_is_well(folder: Path) -> None:
    assert run("archive", "check").stdout == f"There are no sessions in the archive {folder}: nothing to check.\n"
