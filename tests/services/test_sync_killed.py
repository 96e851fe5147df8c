"""A sync in a process of its own, which is killed; and bands that are up to no good."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

import buzzband
import buzzband_fw
from buzzband.archive import Archive
from buzzband.archive.check import check
from counts import count
from services.fake_link import UID, FakeLink
from services.syncing import IDS, contents, log_of, run_sync

KILLED_WITHIN_S = 0.15  # of its beginning: one sync takes about so long, on an idle machine
TESTS = Path(__file__).parents[1]
ROOTS = (TESTS, Path(buzzband.__file__).parents[1], Path(buzzband_fw.__file__).parents[1])


def start(archive: Path, folder: Path) -> "subprocess.Popen[bytes]":
    program = TESTS / "services" / "sync_in_process.py"
    path = os.pathsep.join(map(str, ROOTS))
    process = subprocess.Popen(
        [sys.executable, program, archive, folder], env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    with process.stdout as told:
        assert told.readline() == b"begins\n"
    return process


def killed_syncs(tmp_path: Path, most: int, seed: int) -> int:
    """Kill syncs of one band until one comes through; return how many that took."""
    chance = random.Random(seed)
    folder = tmp_path / "band"
    folder.mkdir()
    before = {one: log_of(one, 8) for one in IDS}
    for one, data in before.items():
        (folder / one).write_bytes(data)
    kills = 0
    while kills < most:
        process = start(tmp_path / "archive", folder)
        try:
            process.wait(KILLED_WITHIN_S * chance.random())
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    assert start(tmp_path / "archive", folder).wait(60) == 0
    archive = Archive(tmp_path / "archive")
    assert contents(archive) == {one: [data] for one, data in before.items()}
    assert check(archive).findings == ()
    assert list(folder.iterdir()) == []
    return kills


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_a_few_times_the_last_sync_completes(tmp_path: Path) -> None:
    assert killed_syncs(tmp_path, 4, seed=1) > 0


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_killed_time_and_again_the_last_sync_completes(tmp_path: Path) -> None:
    kills = 0
    for seed in range(10):
        (tmp_path / str(seed)).mkdir()
        kills += killed_syncs(tmp_path / str(seed), 12, seed)
    count("sync_killed", sigkills=kills)
    assert kills > 40


NAMES = (
    "../../../../tmp/evil",
    "..",
    ".",
    "",
    "/etc/passwd",
    "C:\\x",
    "con",
    "nul",
    "a" * 15,
    "a" * 17,
    "A" * 16,
    "g" * 16,
    "0" * 15 + "\n",
    "0" * 15 + "/",
    "\0" * 16,
    "\u0660" * 16,
    "~" * 16,
    "0" * 8 + "/" + "0" * 7,
    "%2e%2e%2f",
    "\x1b[2J",
)


def hostile(chance: random.Random) -> FakeLink:
    """A band that lists what cannot be: names, sizes, numbers, contents."""
    sessions = {}
    for _ in range(chance.randrange(1, 5)):
        name = chance.choice(NAMES) if chance.random() < 0.5 else chance.choice(IDS)
        sessions[name] = chance.choice((b"", log_of(IDS[0]), chance.randbytes(500), b"\xa5\x5a" * 300))
    link = FakeLink(sessions, uid=chance.choice((UID, UID, UID, *NAMES)))
    if chance.random() < 0.3:
        sizes = chance.choice((-1, 1 << 31, 1 << 62, 3 << 20))
        real = link.sessions

        def lying() -> tuple[object, ...]:
            for entry in (found := real()):
                entry.size = sizes
            return found * chance.choice((1, 2, 100))

        link.sessions = lying  # type: ignore[method-assign, assignment]
    if chance.random() < 0.3:
        link.hash = lambda *_: chance.choice(("", "../..", "0" * 64, "x" * 10_000))  # type: ignore[method-assign]
    return link


def write_nothing_outside(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "deep" / "deeper" / "archive"
    (tmp_path / "bystander").write_text("untouched")
    for seed in range(number):
        run_sync(Archive(folder), hostile(random.Random(seed)))
    outside = {path for path in tmp_path.rglob("*") if path.is_file() and folder not in path.parents}
    assert outside == {tmp_path / "bystander"}
    inside = {path.name for path in folder.rglob("*") if path.is_file()}
    assert all(name in ("marks.jsonl", "index.sqlite") or name.endswith((".bbl", ".part")) for name in inside)
    assert check(Archive(folder)).logs == len(Archive(folder).sessions())


@pytest.mark.usefixtures("no_power_cuts")
def test_hostile_bands_write_nothing_outside_the_archive(tmp_path: Path) -> None:
    write_nothing_outside(tmp_path, 100)


@pytest.mark.long
@pytest.mark.usefixtures("no_power_cuts")
def test_many_hostile_bands_write_nothing_outside_the_archive(tmp_path: Path) -> None:
    write_nothing_outside(tmp_path, 1000)
    count("sync_hostile", listings=1000)


def test_a_hostile_band_costs_bounded_time(tmp_path: Path) -> None:
    started = time.process_time()
    sessions = {f"{number:016x}": b"x" for number in range(4096)}
    link = FakeLink(sessions)
    link.hash = lambda *_: "0" * 64  # type: ignore[method-assign]
    done = run_sync(Archive(tmp_path), link)
    assert len(done.bands[0].sessions) == 3
    assert time.process_time() - started < 30
