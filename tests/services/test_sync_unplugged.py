"""Syncs over the real link to a band in memory: the cable comes out at any byte, the line spoils what goes over it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from buzzband.archive import Archive
from buzzband.archive.check import check
from buzzband.errors import Unplugged
from buzzband.transports.link import Link
from counts import count
from services.syncing import IDS, contents, log_of, run_sync
from transports.fake_band import UID, FakeBand, Line

pytestmark = pytest.mark.usefixtures("no_power_cuts")

Connect = Callable[[], Link]


@dataclass
class Cable:
    """A stream that comes out of its socket once so many bytes have gone over it, either way. ``carried``: how many."""

    band: FakeBand
    length: float = float("inf")
    carried: int = 0

    def read(self, timeout_s: float) -> bytes:
        return self._carry(self.band.read(timeout_s))

    def write(self, data: bytes) -> None:
        for byte in data:
            self.band.write(self._carry(bytes((byte,))))

    def close(self) -> None:
        """Nothing to let go of."""

    def _carry(self, data: bytes) -> bytes:
        if self.carried >= self.length:
            raise Unplugged("The cable has come out.")
        data = data[: int(min(len(data), self.length - self.carried))]
        self.carried += len(data)
        return data


def sessions() -> dict[str, bytes]:
    return {one: log_of(one, 2 + number) for number, one in enumerate(IDS)}


def cable(there: dict[str, bytes], length: float = float("inf"), line: Line | None = None) -> Cable:
    return Cable(FakeBand(there, line or Line(), running=set()), length)


def link_over(one: Cable) -> Link:
    return Link(one, clock=one.band.clock)


def carried_by_a_whole_sync(folder: Path) -> int:
    one = cable(sessions())
    run_sync(Archive(folder), link_over(one)).require_whole()
    return one.carried


def completes(folder: Path, there: dict[str, bytes], connect: Connect) -> None:
    """Another sync brings all that was there, once, byte for byte."""
    archive = Archive(folder)
    run_sync(archive, connect()).require_whole()
    assert contents(archive) == {name: [data] for name, data in sessions().items()}
    assert check(archive).findings == ()
    assert there == {}


def unplugged(tmp_path: Path, cuts: int, seed: int) -> None:
    """Pull the cable at random bytes, one sync each, and once or twice more before the sync that completes."""
    chance = random.Random(seed)
    total = carried_by_a_whole_sync(tmp_path / "whole")
    for number in range(cuts):
        there, folder = sessions(), tmp_path / str(number)
        for _ in range(chance.randrange(1, 4)):
            done = run_sync(Archive(folder), link_over(cable(there, chance.randrange(total))))
            assert done.bands[0].failure is None or isinstance(done.bands[0].failure, Unplugged)
        completes(folder, there, lambda there=there: link_over(cable(there)))  # type: ignore[misc]


def test_unplugged_at_random_bytes_the_rerun_completes(tmp_path: Path) -> None:
    unplugged(tmp_path, 40, seed=1)


@pytest.mark.long
def test_unplugged_at_1000_random_bytes_the_rerun_completes(tmp_path: Path) -> None:
    unplugged(tmp_path, 1000, seed=2)
    count("sync_unplugged_at_random_bytes", cuts=1000)


def every_frame(tmp_path: Path, step: int) -> int:
    """Pull the cable after each request in turn; return how many there were."""
    cuts = 0
    while True:
        there, folder = sessions(), tmp_path / str(cuts)
        band = FakeBand(there, unplugged_after=cuts * step)
        done = run_sync(Archive(folder), Link(band, clock=band.clock))
        if done.bands[0].failure is None:
            return cuts
        completes(folder, there, lambda there=there: link_over(cable(there)))  # type: ignore[misc]
        cuts += 1


def test_unplugged_after_requests_the_rerun_completes(tmp_path: Path) -> None:
    assert every_frame(tmp_path, 1) > 10


@pytest.mark.parametrize(
    "line", [Line(lose=0.05), Line(garble=0.05), Line(double=0.2), Line(delay=0.1, delay_s=1.5)], ids=str
)
def test_over_a_line_that_spoils_answers_all_arrives_as_it_was(tmp_path: Path, line: Line) -> None:
    there = sessions()
    for _ in range(20):
        if run_sync(Archive(tmp_path), link_over(cable(there, line=line))).bands[0].failure is None:
            break
    completes(tmp_path, there, lambda: link_over(cable(there)))


def test_a_band_that_is_in_use_keeps_its_running_session_and_gives_the_others(tmp_path: Path) -> None:
    there = sessions()
    band = FakeBand(there, running={IDS[1]})
    archive = Archive(tmp_path)
    run_sync(archive, Link(band, clock=band.clock)).require_whole()
    assert list(there) == [IDS[1]]
    assert contents(archive) == {name: [data] for name, data in sessions().items()}
    assert archive.journal(UID).read().marks[0].boot == band.boot
