"""The demo against the truth that it was made from."""

import itertools
from pathlib import Path

import pytest

from buzzband.errors import OutputFailed
from buzzband.recordings.band_log import read_log
from buzzband.services.demo import TARGET_PERMILLE, Demo, demo, write_demo
from buzzband.services.document import demo_document, simulate_document

SEEDS = range(4)
LAG_S = 0.3  # of the envelope, and of a rep that begins below the level at which it is found
NOISE = 0.2  # of a peak: the highest value of an envelope lies above the effort that it comes from


@pytest.fixture(scope="module", params=SEEDS)
def done(request: pytest.FixtureRequest) -> Demo:
    return demo(request.param)


def cues_within(done: Demo, start_s: float, end_s: float) -> int:
    return sum(start_s <= cue.t_s <= end_s for cue in done.outcome.on_target)


def test_reps_and_sets_are_counted_to_within_one(done: Demo) -> None:
    assert len(done.outcome.sets) == len(done.session.truth.sets)
    for found, true in zip(done.outcome.sets, done.session.truth.sets, strict=True):
        assert abs(found.reps - len(true.reps)) <= 1
        assert found.start_s == pytest.approx(true.start_s, abs=1)
        assert found.end_s == pytest.approx(true.end_s, abs=1)


def test_no_rep_is_buzzed_twice(done: Demo) -> None:
    assert max(cues_within(done, rep.start_s, rep.end_s) for rep in done.session.truth.reps) == 1


def test_a_rep_well_above_the_target_is_buzzed_and_one_well_below_is_not(done: Demo) -> None:
    for rep in done.session.truth.reps:
        buzzed = cues_within(done, rep.start_s, rep.end_s)
        if 1000 * rep.peak >= TARGET_PERMILLE:
            assert buzzed == 1
        if 1000 * rep.peak * (1 + NOISE) < TARGET_PERMILLE * 0.9:
            assert buzzed == 0


def test_every_buzz_is_in_a_rep(done: Demo) -> None:
    reps = done.session.truth.reps
    assert len(done.outcome.on_target) == sum(cues_within(done, rep.start_s, rep.end_s + LAG_S) for rep in reps)


def test_its_own_buzz_does_not_set_the_band_off(done: Demo) -> None:
    for before, after in itertools.pairwise(done.outcome.on_target):
        assert after.t_s - before.t_s > 1.0


def test_the_squeezes_are_no_reps_and_have_no_cues(done: Demo) -> None:
    last_squeeze_s = done.session.truth.squeezes[-1][1]
    assert all(rep.start_s > last_squeeze_s for rep in done.outcome.reps)
    assert all(cue.t_s > last_squeeze_s for cue in done.outcome.cues)


def test_squeezes_and_full_effort_are_100_percent(done: Demo) -> None:
    for start_s, end_s in done.session.truth.squeezes:
        middle = slice(int((start_s + 0.5) * 50), int((end_s - 0.2) * 50))
        assert done.outcome.permille[middle].mean() == pytest.approx(1000, rel=0.25)


def test_a_good_signal_has_no_flags(done: Demo) -> None:
    assert done.outcome.quality == ()


def test_a_seed_gives_the_same_session_again_and_another_seed_another() -> None:
    first, again, other = (simulate_document(demo(seed).outcome) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_the_page_is_written_into_the_folder_which_is_made(tmp_path: Path) -> None:
    shares: list[float] = []
    done = write_demo(tmp_path / "new" / "folder", 1, progress=shares.append)
    assert done.page == tmp_path / "new" / "folder" / "session.html"
    assert done.page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(done.page.parent.iterdir()) == [done.log, done.page]
    assert read_log(done.log.read_bytes()).end is not None
    assert (shares == sorted(shares), shares[-1]) == (True, 1.0)


def test_a_page_that_is_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "session.html").write_text("old")
    told = demo_document(write_demo(tmp_path, 2))
    assert "old" not in (tmp_path / "session.html").read_text(encoding="utf-8")[:100]
    assert (told["page"], told["truth"]) == (str(tmp_path / "session.html"), {"reps": 27})


def test_a_folder_in_the_way_is_told_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "session.html").mkdir()
    with pytest.raises(OutputFailed, match=r"session\.html"):
        write_demo(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["session.html"]
