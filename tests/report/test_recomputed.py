"""Every number on a session's page, computed once more from the raw log by report/raw_log.py: equal."""

import random
import struct
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from buzzband.recordings.band_log import read_log
from buzzband.recordings.lifting import Hold, Rep, Set
from buzzband.report import render
from buzzband.services.logged import logged_outcome
from buzzband_fw.store import records
from golden_logs.make import FOLDER
from recordings.log_builder import LogWriter
from report import raw_log
from report.pages import Element, parsed
from report.raw_log import Raw

NONE = "–"
RAIL = 1


def rich() -> bytes:
    """Three sets with all that a set can have: flags, a doubtful second, a gap, a hold, answers, zero crossings."""
    chance = random.Random(3)
    made = LogWriter().header(settings={"target_permille": 600, "exercise": "curl", "rest": 300, "reference": 9000})
    reps = []
    for number in range(3):
        for rep in range(5 + number):
            flags = {(0, 2): 1, (1, 1): 2, (2, 4): 16, (2, 5): 8}.get((number, rep), 0)
            up, hold, down = (10 * chance.randrange(least, least + 90) for least in (60, 0, 80))
            down = 0 if (number, rep) == (1, 5) else down
            peak = chance.randrange(450, 990) if down else 800
            start = 401 + 4000 * number + 400 * rep
            reps.append(Rep(number, rep, 0, 3, flags, start, up, hold, down, peak, 500, 300))
    level = course(reps, 13000)
    for rep, dip in ((0, 8), (1, 9), (2, 10), (3, 12)):  # a burst is whole over dips of less than ten values
        level[200 * rep + 260 : 200 * rep + 260 + dip] = [0] * dip
    level[1040:1088] = [0] * 12 + [700] * 24 + [0] * 12  # nor good, with less than 25
    for rep, spike in ((0, 4), (1, 5), (2, 7)):  # and none if it has less than five
        level[200 * rep + 385 : 200 * rep + 385 + spike] = [700] * spike
    for first in range(0, 6500, 100):
        if first != 4400:  # a record that was lost
            made.activation(1 + 2 * first, level[first : first + 100], flags=RAIL if first == 200 else 0)
    for one in reps:
        made.rep(one)
        made.record(records.CROSSINGS, struct.pack("<IH", one.start_block + 150, 110 - 3 * one.number - one.set))
    for number in range(3):
        first = 401 + 4000 * number
        made.set(Set(number, 0, 3, 0, 5 + number, first, first + 400 * (5 + number), 4000))
    for number, felt in ((0, 2), (1, records.NO_ANSWER), (2, 5)):
        made.record(records.ANSWER, struct.pack("<HBB", number, felt, 4))
    return made.hold(Hold(3000, 6210, 512)).end(13000).bytes()


def course(reps: list[Rep], blocks: int) -> list[int]:
    """An activation that follows the reps, with a wobble."""
    chance = random.Random(4)
    knots = [(0.0, 8.0)]
    for rep in reps:
        end = rep.start_block + rep.length_ms / 10
        knots += [(rep.start_block, 8), (rep.start_block + rep.concentric_ms / 10, rep.peak_permille), (end, 16)]
    times, levels = zip(*sorted(knots), strict=True)
    found = np.interp(np.arange(1, blocks, 2), times, levels)
    return [max(0, round(one) + 4 * chance.randrange(-4, 5) * (one > 60)) for one in found]


LOGS: dict[str, Callable[[], bytes]] = {
    "rich": rich,
    "curls": (FOLDER / "curls.bbl").read_bytes,
    "cut off": (FOLDER / "cut_off.bbl").read_bytes,
}


@pytest.fixture(scope="module", params=["rich", "curls", "cut off"])
def both(request: pytest.FixtureRequest) -> tuple[Raw, Element]:
    data = LOGS[request.param]()
    return raw_log.read(data), parsed(render(logged_outcome(read_log(data), "a session")))


def percent(permille: float) -> str:
    return f"{int(permille // 10)} %"


def table(page: Element, heading: str) -> list[list[str]]:
    (section,) = (one for one in page.all("section") if one.attributes.get("aria-labelledby") == heading)
    return [[cell.text for cell in row.children] for row in section.all("tr")][1:]


def column(page: Element, heading: str, number: int) -> list[str]:
    return [row[number] for row in table(page, heading) if len(row) > 1]


def work_of(raw: Raw, start: float, end: float, reps: list[raw_log.Rep]) -> np.ndarray:
    inside = np.zeros(len(raw.permille), bool)
    for rep in reps:
        inside |= raw.inside(rep.start, rep.end)
    return raw.permille[inside & ~raw.inside(start, start + 1) & (raw.permille >= 0)]


def test_good_reps(both: tuple[Raw, Element]) -> None:
    raw, page = both
    reps = [rep for _, _, reps in raw.by_set for rep in reps]
    assert page.all("p", **{"class": "big"})[0].text == f"{sum(map(raw.good, reps))} of {len(reps)}"
    assert [text.split()[0] for text in column(page, "reps", 2)] == ["yes" if raw.good(rep) else "no" for rep in reps]


def test_the_best_set(both: tuple[Raw, Element]) -> None:
    raw, page = both
    ranks = [
        (sum(map(raw.good, reps)) / len(reps), sum(rep.peak for rep in reps) / len(reps)) for _, _, reps in raw.by_set
    ]
    assert page.all("p", **{"class": "big"})[1].text == f"Set {ranks.index(max(ranks)) + 1}"


def test_the_table_of_sets(both: tuple[Raw, Element]) -> None:
    raw, page = both
    ends = [None, *(end for _, end, _ in raw.by_set)]
    for (start, _, reps), before, row in zip(raw.by_set, ends, table(page, "table-sets"), strict=False):
        whole = [rep for rep in reps if rep.concentric and rep.eccentric]
        lowers = bool(reps[0].flags & 8 and reps[0].flags & 16)
        phases = [np.mean([getattr(rep, name) for rep in whole]) for name in ("concentric", "hold", "eccentric")]
        assert not lowers
        assert row[1] == str(len(reps))
        assert row[2] == str(sum(map(raw.good, reps)))
        assert row[3] == str(sum(rep.peak >= raw.target for rep in reps))
        assert row[4] == percent(sum(rep.peak for rep in reps) / len(reps))
        if not any(rep.flags & 16 for rep in reps):
            assert row[5].removeprefix("≈ ") == "-".join(f"{phase:.1f}" for phase in phases) + " s"
        assert row[6] == (NONE if before is None else lasting(max(0, start - before)))
        if len(row) > 7:
            assert row[7:9] == [str(sum(bool(rep.flags & bit) for rep in reps)) for bit in (1, 2)]


def lasting(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{round(seconds)} s"


def test_work_average_deviation_and_time_above_target(both: tuple[Raw, Element]) -> None:
    raw, page = both
    for (start, end, reps), row in zip(raw.by_set, table(page, "work"), strict=True):
        work = work_of(raw, start, end, reps)
        seconds = [work[at : at + 50].mean() for at in range(0, len(work) - 49, 50)]
        above = (raw.permille[raw.inside(start, end)] >= raw.target).sum() / 50
        assert row[1] == percent(work.mean())
        assert row[2] == f"{np.mean([abs(one - work.mean()) for one in seconds]) / 10:.1f} %"
        assert row[3] == f"{above:.1f} s"


def onset_and_release(raw: Raw, rep: raw_log.Rep, average: float, until: float) -> tuple[float | None, float | None]:
    values = {round((at + 1) / 50, 6): level for at, level in enumerate(raw.permille.tolist())}
    up = [
        time for time, level in values.items() if rep.start + 1e-6 < time <= rep.end + 1e-6 and level >= 0.75 * average
    ]
    if not up:
        return None, None
    down = [time for time, level in values.items() if up[-1] < time <= until + 1e-6 and level < 0.375 * average]
    return up[0] - rep.start, (down[0] - up[-1] if down else None)


def test_onset_and_release(both: tuple[Raw, Element]) -> None:
    raw, page = both
    told = iter(zip(column(page, "reps", 7), column(page, "reps", 8), strict=True))
    for (start, end, reps), row in zip(raw.by_set, table(page, "work"), strict=True):
        average = work_of(raw, start, end, reps).mean()
        untils = [*(rep.start for rep in reps[1:]), end + 1]
        found = [onset_and_release(raw, rep, average, until) for rep, until in zip(reps, untils, strict=True)]
        for one in found:
            assert next(told) == tuple(NONE if time is None else f"{time:.1f} s" for time in one)
        for number, cell in ((0, row[4]), (1, row[5])):
            there = [one[number] for one in found if one[number] is not None]
            assert cell == (f"{np.median(there):.1f} s" if there else NONE)


def test_bursts(both: tuple[Raw, Element]) -> None:
    raw, page = both
    stretches: list[list[int]] = []
    for at in np.flatnonzero(raw.permille >= raw.target / 2).tolist():
        if stretches and at - stretches[-1][-1] <= 10:  # a gap of less than 0.2 s
            stretches[-1].append(at)
        else:
            stretches.append([at])
    bursts = [(one[0], one[-1] + 1) for one in stretches if one[-1] + 1 - one[0] >= 5]
    for (start, end, _), row in zip(raw.by_set, table(page, "work"), strict=True):
        inside = [burst for burst in bursts if burst[1] / 50 > start and burst[0] / 50 < end]
        good = [one for one in inside if one[1] - one[0] >= 25 and raw.permille[one[0] : one[1]].max() >= raw.target]
        assert row[6] == f"{len(good)} of {len(inside)}"


def test_zero_crossings_and_what_was_felt(both: tuple[Raw, Element]) -> None:
    raw, page = both
    starts = [start for start, _, _ in raw.by_set]
    for index, (((start, until), row), number) in enumerate(
        zip(zip(pairwise([*starts, 10**9]), table(page, "work"), strict=True), sorted(raw.sets) or [0], strict=True)
    ):
        rates = [rate for at, rate in raw.crossings if start < at <= until]
        few = len(rates) < 3
        assert row[7] == (NONE if few else f"{np.mean(rates[:3]):.0f} / {np.mean(rates[-3:]):.0f} Hz"), index
        if raw.answers:
            felt, actual = raw.answers[number]
            assert row[8] == f"{NONE if felt == 255 else felt} / {actual}"


def test_the_table_of_reps(both: tuple[Raw, Element]) -> None:
    raw, page = both
    reps = [rep for _, _, reps in raw.by_set for rep in reps]
    for rep, row in zip(reps, [row for row in table(page, "reps") if len(row) > 1], strict=True):
        phases = (rep.concentric, rep.hold, rep.eccentric)
        shown = "-".join(f"{phase:.1f}" for phase in (phases[::-1] if rep.flags & 16 else phases)) + " s"
        above = (raw.permille[raw.inside(rep.start, rep.end)] >= raw.target).sum() / 50
        assert row[1] == f"{int(rep.start) // 60}:{int(rep.start) % 60:02d}"
        assert row[3] == percent(rep.peak)
        assert row[4] == f"{above:.1f} s"
        assert row[5].removeprefix("≈ ") == (shown if rep.concentric and rep.eccentric else NONE)
        assert row[6] == f"{rep.up // 10} / {percent(rep.down)}"


def test_holds_and_quality(both: tuple[Raw, Element]) -> None:
    raw, page = both
    if raw.holds:
        shown = [
            (f"{int(start) // 60}:{int(start) % 60:02d}", lasting(s), percent(mean)) for start, s, mean in raw.holds
        ]
        assert [tuple(row) for row in table(page, "holds")] == shown
    clipped = sum(bool(flags & RAIL) for _, flags in raw.value.values()) / 50
    absent = int((raw.permille < 0).sum()) / 50
    text = page.text
    for name, seconds in (("Clipped", clipped), ("Not recorded", absent)):
        assert (name in text) == (seconds > 0)
        assert not seconds or f"{lasting(seconds)} in all" in text


def test_the_log_that_has_it_all_has_it_all() -> None:
    raw = raw_log.read(rich())
    flags = {rep.flags for rep in raw.reps.values()}
    assert {1, 2, 8, 16} <= flags
    assert raw.holds
    assert raw.answers
    assert (raw.permille < 0).any()
