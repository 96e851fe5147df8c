"""The plan: chance says which sets are silent, and the same seed says the same again."""

import json
from pathlib import Path
from typing import Any

import pytest

from buzzband.defaults import PLAN_PAIRS_MAX
from buzzband.errors import NotComparable
from buzzband.services import plan as service
from buzzband.services.config import FileStore, change
from buzzband.services.plan import Plan, clear, document, drawn, put, text
from buzzband_fw.store.schema import SCHEMA


def store(folder: Path, **settings: Any) -> FileStore:
    made = FileStore(folder / "settings.json")
    if settings:
        change(made, settings)
    return made


@pytest.mark.parametrize("pairs", range(1, PLAN_PAIRS_MAX + 1))
def test_in_each_pair_one_set_is_silent_and_in_half_of_them_the_first(pairs: int) -> None:
    for seed in range(50):
        silent = drawn(pairs, seed).silent
        both = list(zip(silent[::2], silent[1::2], strict=True))
        assert len(both) == pairs
        assert all(first != second for first, second in both)
        assert sum(first for first, _ in both) in (pairs // 2, (pairs + 1) // 2)


def test_the_same_seed_gives_the_same_plan_for_ever() -> None:
    assert drawn(4, 1234) == drawn(4, 1234)
    assert [drawn(4, seed).bits for seed in (0, 1, 1234)] == [105, 150, 150]


def test_every_order_comes_as_often_as_the_others() -> None:
    found = [drawn(4, seed).bits for seed in range(6000)]
    kinds = {bits: found.count(bits) for bits in set(found)}
    assert len(kinds) == 6
    assert all(850 < number < 1150 for number in kinds.values())


def test_of_an_odd_number_either_order_may_be_the_more_frequent() -> None:
    first = [sum(drawn(3, seed).silent[::2]) for seed in range(1000)]
    assert 420 < first.count(2) < 580


def test_bit_0_is_the_first_set_and_the_longest_plan_is_a_setting() -> None:
    assert Plan(0, (True, False, False, True)).bits == 0b1001
    assert drawn(PLAN_PAIRS_MAX, 1).bits <= SCHEMA[service.SETTING][2]


def test_a_plan_is_put_where_settings_are_and_taken_away_again(tmp_path: Path) -> None:
    where = store(tmp_path, exercise="curl")
    done = put(where, 4, 7)
    assert done.plan == drawn(4, 7)
    assert where.config().values["silent_sets"] == drawn(4, 7).bits
    clear(where)
    assert where.config().values["silent_sets"] == 0
    assert where.config().values["exercise"] == "curl"


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"mode": "silent"}, "mode is silent"),
        ({"exercise": "run"}, "mode is none, so that of the exercise, run"),
        ({"load_kg": 80, "one_rm_kg": 100}, "60 %"),
    ],
)
def test_where_nothing_can_be_compared_no_plan_is_made(tmp_path: Path, settings: dict[str, Any], what: str) -> None:
    where = store(tmp_path, **settings)
    with pytest.raises(NotComparable, match=what):
        put(where, 4, 7)
    assert where.config().values["silent_sets"] == 0


def test_which_sets_are_silent_is_told_only_if_asked_for(tmp_path: Path) -> None:
    done = put(store(tmp_path), 2, 7)
    numbers = [str(number) for number, silent in enumerate(drawn(2, 7).silent, 1) if silent]
    assert f"Silent: sets {' and '.join(numbers)}." in text(done, shown=True)
    assert "Silent" not in text(done)
    assert "seed 7" in text(done)


def test_the_document_holds_the_plan(tmp_path: Path) -> None:
    where = store(tmp_path)
    plan = drawn(2, 7)
    told = json.loads(json.dumps(document(put(where, 2, 7))))
    assert (told["seed"], told["silent"], told["silent_sets"]) == (7, list(plan.silent), plan.bits)
    gone = document(clear(where))
    assert (gone["seed"], gone["silent"], gone["silent_sets"]) == (None, None, 0)
