import ast
import random
from collections import Counter

import numpy as np
import pytest

from buzzband import bundle
from buzzband.compact.naming import look_ups, rom_names
from buzzband.compact.tables import UNKNOWN, Homes, Slots, Table, hash_of, tables_of

TEXT = """
from time import ticks_ms as now
import gizmo.part

LIMIT = 3

class Base:
    kind = 1
    def __init__(self):
        self.left = self.right = 0
    def turn(self):
        pass

class Widget(Base):
    def push(self, other):
        self.pushed, other.seen = 1, 2
        self.left += 1
        def late():
            self.deep = 1
"""


def tables(text=TEXT):
    return tables_of([ast.parse(text)])


def test_a_module_a_class_and_an_instance_hold_what_they_are_given():
    assert [set(table.held) for table in tables()] == [
        {"now", "gizmo", "LIMIT", "Base", "Widget"},
        {"kind", "__init__", "turn"},
        {"push"},
        {"left", "right", "pushed", "deep"},
    ]


def test_methods_are_looked_for_in_vain_in_an_instance_those_that_it_inherits_too():
    assert [set(table.missed) for table in tables()][-1] == {"kind", "__init__", "turn", "push"}
    assert not any(table.missed for table in tables()[:-1])


def test_an_attribute_that_hides_that_of_the_class_is_found():
    (instance,) = tables("class Widget:\n    kind = 1\n    def __init__(self):\n        self.kind = 2")[2:]
    assert (instance.held, instance.missed) == ({"kind"}, {"__init__"})


@pytest.mark.parametrize(("count", "size"), [(1, 2), (2, 2), (3, 4), (8, 8), (12, 12), (13, 17), (17, 17), (18, 23)])
def test_a_table_has_the_next_of_the_sizes(count, size):
    assert Table(frozenset(str(number) for number in range(count))).size == size


def test_hashes_are_those_of_micropython():
    # as they stand beside the texts in the flash of 1.24.1
    assert {name: hash_of(name) for name in ("append", "ticks_ms", "_", "__init__")} == {
        "append": 107,
        "ticks_ms": 66,
        "_": 250,
        "__init__": 95,
    }


class Tried:
    """A table as MicroPython fills and searches it, to count the places that it looks at."""

    def __init__(self, names, size, hashes):
        self._hashes = hashes
        self._places = [None] * size
        for name in names:
            self._places[self._way(name)[-1]] = name

    def _way(self, name):
        way = []
        for step in range(len(self._places)):
            way.append((self._hashes[name] + step) % len(self._places))
            if self._places[way[-1]] in (None, name):
                break
        return way

    def looks(self, name):
        return len(self._way(name))


@pytest.mark.parametrize("seed", range(20))
def test_a_name_that_is_looked_for_in_vain_takes_as_many_looks_as_are_foretold(seed):
    chance = random.Random(seed)
    held = [f"held_{number}" for number in range(chance.randrange(1, 24))]
    table = Table(frozenset(held), frozenset({"missed"}))
    homes = Homes([table], Counter(missed=1))
    hashes = dict(zip(held, chance.sample(range(table.size), len(held)), strict=True))  # each has its home
    for name, value in hashes.items():
        homes.take(name, value)
    foretold = homes.detours("missed", np.arange(256))
    for value in range(256):
        looks = Tried(held, table.size, {**hashes, "missed": value}).looks("missed")
        assert foretold[value] == (looks - 1 if len(held) < table.size else table.size)


def test_a_home_that_others_have_is_a_detour_for_each_of_them_and_look_up():
    homes = Homes([Table(frozenset("abc")), Table(frozenset("ab")), Table(frozenset("c"))], Counter(c=5))
    homes.take("a", 4)  # 0 of 4, 0 of 2
    homes.take("b", 8)
    assert homes.detours("c", np.array([0, 1, 4, 5])).tolist() == [10, 0, 10, 0]


def test_a_slot_is_a_detour_if_another_name_of_turns_has_it():
    slots = Slots(Counter(often=8, seldom=1, mine=4), {"often": 64 + 3, "seldom": 5, "never": 6})
    shared = slots.detours("mine", np.array([3, 5, 6, 7, UNKNOWN]))
    assert shared[0] > shared[1] > shared[2] == shared[3] == shared[4] == 0
    slots.take("mine", 7)
    assert slots.detours("often", np.array([7]))[0] > 0


@pytest.fixture(scope="module")
def in_turns():
    """How often the names that the app gets are looked up."""
    chosen = bundle.compact_app().names.chosen
    return Counter({chosen.get(name, name): count for name, count in look_ups().items()})


def test_what_turns_look_up_is_nearly_always_where_it_is_looked_for_first(in_turns):
    looks = found = 0
    for table in tables_of(ast.parse(text) for text in bundle.compact_app().sources.values()):
        names = sorted(table.held)
        tried = Tried(names, table.size, {name: hash_of(name) for name in names})
        looks += sum(in_turns[name] * tried.looks(name) for name in names)
        found += sum(in_turns[name] for name in names)
    assert found > 10_000
    assert looks / found < 1.3


def test_what_turns_look_up_is_spread_over_the_cache(in_turns):
    numbers, load = rom_names(), Counter()
    for name in in_turns.keys() & numbers.keys():
        load[numbers[name] % 64] += in_turns[name]
    assert max(load.values()) <= 2.5 * sum(load.values()) / 64
