"""What cued and silent sets say together, and what is said of it: never more than the data."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from buzzband.archive import Archive
from buzzband.archive.clock import Mark
from buzzband.archive.raw import sha256_of
from buzzband.errors import SeveralWearers
from buzzband.services import compare as service
from buzzband.services import paired
from buzzband.services.compare import Comparison, Effect, Wanted, compare, document, effect_of
from buzzband.services.compare_words import comparison_text, picture
from buzzband.services.pairs import Pair, Side
from counts import count
from services.comparing import NOW_MS, Lifter, drawn_pairs, session, session_log, written
from services.fake_link import UID
from services.syncing import log_of

TRUE_PERCENT = (0, 9, 18)
SESSIONS = 3
PAIRS = {6: 2, 12: 4, 24: 8}  # in all, and in each session
RAISED_MIN = {6: {9: 60, 18: 200}, 12: {9: 220, 18: 470}, 24: {9: 390, 18: 495}}  # of 500: the power
IDS = ("00112233445566aa", "ffeeddccbbaa9988", "0123456789abcdef")
DAY_MS = 86_400_000


def claims(effect: Effect) -> bool:
    found = Comparison(Path(), Wanted(), (pair(1.0),), {}, effect)
    return found.finding in (service.HIGHER, service.LOWER)


def pair(ratio: float, cued_first: bool = True, words: int = 8) -> Pair:
    cued = Side(0 if cued_first else 1, 0.0, 8, 500.0 * ratio, words)
    return Pair(session(), "curl", 20, cued, Side(1 - cued.number, 60.0, 8, 500.0, 8))


def comparison(*ratios: float, **changes: Any) -> Comparison:
    pairs = tuple(pair(ratio, number % 2 == 0) for number, ratio in enumerate(ratios))
    return replace(Comparison(Path("here"), Wanted(), pairs, {}, effect_of(pairs)), **changes)


def runs(percent: int, number: int, pairs: int = 12) -> dict[str, int]:
    """How often an effect was claimed, the right way round too, and how often the interval held the truth."""
    rng = np.random.default_rng([pairs, percent])
    effects = [effect_of(drawn_pairs(Lifter(percent / 100), SESSIONS, rng, PAIRS[pairs])) for _ in range(number)]
    told = [effect for effect in effects if effect]
    assert len(told) == number
    return {
        "runs": number,
        "claimed": sum(claims(effect) for effect in told),
        "raised": sum(claims(effect) and effect.percent > 0 for effect in told),
        "covered": sum(effect.low_percent <= percent <= effect.high_percent for effect in told),
    }


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("pairs", PAIRS)
@pytest.mark.parametrize("percent", TRUE_PERCENT)
def test_500_experiments_claim_and_cover_as_often_as_they_should(percent: int, pairs: int) -> None:
    found = runs(percent, 500, pairs)
    count(f"compare_{percent}_percent_{pairs}_pairs", **found)
    assert 0.93 <= found["covered"] / 500 <= 0.97
    assert found["claimed"] <= 0.05 * 500 or percent
    assert found["raised"] >= RAISED_MIN[pairs].get(percent, 0)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_who_looks_after_every_session_finds_too_often_what_is_not_there() -> None:
    rng, lifters = np.random.default_rng(6), 200
    found = 0
    for _ in range(lifters):
        pairs = drawn_pairs(Lifter(), 6, rng)
        found += any(claims(effect) for end in range(8, 25, 4) if (effect := effect_of(pairs[:end])))
    count("compare_looked_at_5_times", lifters=lifters, claimed=found)
    assert 0.05 < found / lifters < 0.2


def test_a_few_experiments_claim_and_cover_as_often_as_they_should() -> None:
    none, some = runs(0, 25), runs(18, 25)
    assert none["claimed"] <= 4
    assert min(none["covered"], some["covered"]) >= 20
    assert some["raised"] >= 21


# What is said


def test_of_too_few_pairs_nothing_is_said_but_how_many_more_are_needed() -> None:
    found = comparison(*[1.3] * 5)
    assert (found.finding, found.effect) == (service.TOO_FEW, None)
    text = comparison_text(found)
    assert "too few to say anything" in text
    assert "1 more pair, 2 sets, at least" in text
    assert "interval" not in text
    assert document(found)["effect"] is None


def test_what_chance_may_well_have_given_is_no_effect() -> None:
    found = comparison(1.1, 0.93, 1.02, 1.08, 0.95, 1.04, 0.99, 1.01)
    assert found.finding == service.UNCLEAR
    headline = comparison_text(found).splitlines()[0]
    assert "do not show that cues make a difference, nor that they make none" in headline


@pytest.mark.parametrize(("ratio", "finding", "word"), [(1.1, service.HIGHER, "higher"), (0.9, service.LOWER, "lower")])
def test_what_is_more_than_chance_is_told_with_its_direction(ratio: float, finding: str, word: str) -> None:
    found = comparison(*[ratio + step / 100 for step in range(-4, 4)])
    assert found.finding == finding
    assert word in comparison_text(found).splitlines()[0]
    assert "p = 0.008, of all 256 ways" in comparison_text(found)


def test_without_a_word_in_the_cued_sets_there_were_no_cues() -> None:
    pairs = tuple(pair(1.1 + step / 100, words=0) for step in range(8))
    found = Comparison(Path(), Wanted(), pairs, {}, effect_of(pairs))
    assert found.finding == service.NO_WORDS
    assert "the band said nothing in the cued ones" in comparison_text(found).splitlines()[0]


@pytest.mark.parametrize("finding", ["few", "clear", "unclear"])
def test_the_limits_stand_beside_whatever_is_found(finding: str) -> None:
    ratios = {"few": [1.1], "clear": [1.1 + step / 100 for step in range(8)], "unclear": [1.1, 0.9] * 4}[finding]
    text = comparison_text(comparison(*ratios)).replace("\N{NO-BREAK SPACE}", " ")
    assert "EMG of different days is not compared" in text
    assert "nothing of strength" in text
    assert "pectorals +9 % in the push-up (Calatayud et al. 2017)" in text
    assert "latissimus +18 % in the pulldown (Snyder and Leech 2009)" in text
    assert "without a buzz" in text
    assert "60 %" in text


def test_an_uneven_order_is_told() -> None:
    even = comparison(*[1.1] * 8)
    uneven = replace(even, pairs=(pair(1.1),) * 8)
    assert "came first in 4 of 8.\n" in comparison_text(even)
    assert "came first in 8 of 8. That is uneven" in comparison_text(uneven)


def test_the_picture_holds_the_pairs_session_by_session_and_the_effect(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, *(trained(one, number, day=number) for number, one in enumerate(IDS)))
    found = compare(archive, Wanted())
    told = picture(found)
    assert found.effect is not None
    assert [len(pairs) for _, pairs in told.sessions] == [2, 2, 2]
    assert told.effect == (found.effect.percent, found.effect.low_percent, found.effect.high_percent)
    assert told.title == comparison_text(found).splitlines()[0]


def test_how_many_more_sets_are_needed_is_two_for_each_pair_that_is_missing() -> None:
    found = comparison(1.1, 0.93, 1.02, 1.08, 0.95, 1.04, 0.99, 1.01)
    effect = found.effect
    assert effect is not None
    assert effect.needed == paired.pairs_needed(np.log1p(effect.percent / 100), effect.spread)
    assert effect.needed_for == tuple(paired.pairs_needed(np.log(ratio), effect.spread) for ratio in (1.09, 1.18))
    assert [service.more_sets(needed, 8) for needed in (None, 6, 8, 11)] == [None, 0, 0, 6]


def test_what_was_left_out_is_told_with_the_reason() -> None:
    found = comparison(1.1, left_out={"unfinished": 2, "heavy": 1})
    lines = comparison_text(found).splitlines()
    assert "Left out: 2 pairs, its second set was not done." in lines
    assert any(line.startswith("Left out: 1 session, the load was above 60") for line in lines)


# From the archive


def archive_of(folder: Path, *sessions: tuple[str, bytes]) -> Archive:
    archive = Archive(folder)
    for session_id, data in sessions:
        part = archive.raw.part_of(UID, session_id)
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        archive.keep(UID, session_id, sha256_of(data), NOW_MS)
    return archive


def trained(session_id: str, seed: int, day: int = 0, **settings: Any) -> tuple[str, bytes]:
    """A session of two pairs, ``day`` days after the first."""
    rng = np.random.default_rng(seed)
    log = session_log(Lifter(0.18), (False, True, True, False), rng, reps=3, **settings)
    time = {"boot": 3, "t_ms": 0, "utc_ms": NOW_MS + day * DAY_MS}
    return session_id, written(log, session_id, boot=3, time=time)


def test_pairs_come_from_every_session_with_a_plan_and_from_no_other(tmp_path: Path) -> None:
    sessions = [trained(IDS[0], 1), trained(IDS[1], 2, day=1), (IDS[2], log_of(IDS[2]))]
    found = compare(archive_of(tmp_path, *sessions), Wanted())
    assert [one.session.row.session_id for one in found.pairs] == [IDS[0]] * 2 + [IDS[1]] * 2
    assert dict(found.left_out) == {}


def test_what_is_wanted_is_taken(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, trained(IDS[0], 1), trained(IDS[1], 2, day=5, load_kg=30, exercise="pulldown"))
    later = datetime.fromtimestamp(NOW_MS / 1000 + 5 * 86400, UTC).astimezone().date()

    def ids(**wanted: Any) -> set[str]:
        return {one.session.row.session_id for one in compare(archive, Wanted(**wanted)).pairs}

    assert ids() == {IDS[0], IDS[1]}
    assert ids(since=later) == ids(load_kg=30) == ids(exercise="pulldown") == {IDS[1]}
    assert ids(until=date.fromordinal(later.toordinal() - 1)) == ids(load_kg=20) == ids(exercise="curl") == {IDS[0]}
    assert ids(since=later, load_kg=20) == ids(wearer="Anna") == set()


def test_a_session_that_nobody_can_date_is_in_no_days_that_are_wanted(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    data = written(session_log(Lifter(), (False, True), rng, reps=3), IDS[0])
    archive = archive_of(tmp_path, (IDS[0], data))
    archive.journal(UID).note(Mark(9, 0, NOW_MS))
    assert len(compare(archive, Wanted()).pairs) == 1
    assert compare(archive, Wanted(since=date(2020, 1, 1))).pairs == ()
    assert compare(archive, Wanted(until=date(2099, 1, 1))).pairs == ()


def test_pairs_of_several_wearers_are_not_thrown_together(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, trained(IDS[0], 1, wearer="Anna"), trained(IDS[1], 2))
    with pytest.raises(SeveralWearers, match="2 wearers: one without a name, Anna"):
        compare(archive, Wanted())
    assert len(compare(archive, Wanted(wearer="Anna")).pairs) == 2
    assert len(compare(archive, Wanted(wearer="")).pairs) == 2


def test_sessions_that_cannot_be_compared_are_counted_by_why(tmp_path: Path) -> None:
    sessions = [trained(IDS[0], 1, mode="silent"), trained(IDS[1], 2, one_rm_kg=30), trained(IDS[2], 3)]
    found = compare(archive_of(tmp_path, *sessions), Wanted())
    assert dict(found.left_out) == {"other mode": 1, "heavy": 1}
    assert len(found.pairs) == 2


def test_the_document_holds_every_figure_and_every_pair(tmp_path: Path) -> None:
    archive = archive_of(tmp_path, *(trained(one, number) for number, one in enumerate(IDS)))
    found = compare(archive, Wanted())
    told = json.loads(json.dumps(document(found), allow_nan=False))
    effect = effect_of(found.pairs)
    assert effect is not None
    assert (told["schema"], told["finding"]) == (service.SCHEMA, found.finding)
    assert told["effect"]["percent"] == effect.percent
    assert told["effect"]["more_sets"] == 2 * max((effect.needed or 0) - 6, 0)
    ratios = [one["cued"]["permille"] / one["silent"]["permille"] for one in told["pairs"]]
    assert 100 * (np.exp(np.mean(np.log(ratios))) - 1) == pytest.approx(told["effect"]["percent"])
    assert all(one["when"]["exact"] for one in told["pairs"])
