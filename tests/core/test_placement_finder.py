"""Placement, to the number: logarithms, signatures, how near a wearing is, and when the finder ticks."""

import pytest

from buzzband_fw.core.placement import COLD, HOT, NEAR, OFF, UNSURE, WARM, Finder, log2, nearness, signature, turned
from buzzband_fw.core.quality import FLAT, HUM, RAIL
from buzzband_fw.core.words import ON_TARGET, SENSOR_OFF

REST = 1000
DEAF = 24  # blocks of a tick: 120 ms, and as much after it


@pytest.mark.parametrize("exponent", range(28))
def test_log2_of_a_power_of_two_is_exact(exponent):
    assert log2(1 << exponent) == 256 * exponent


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 405), (5, 594), (1000, 2551), (12345, 3479), (16385, 3584), (100_000, 4252)]
)
def test_log2_is_rounded_down_to_a_256th(value, expected):
    """256 log2(3) is 405.75, of 5 594.41, of 1000 2551.25, of 12345 3479.33, of 16385 3584.02, of 100,000 4252.08."""
    assert log2(value) == expected


def test_a_signature_is_span_crossings_and_contrast_in_logarithms_and_gravity_in_64ths():
    assert signature(64, 64 + 1024, 128, (6400, -64, 127)) == [2560, 1792, log2(1088 // 4), 100, -1, 1]
    assert signature(0, 32, 0, None) == [log2(64), 0, log2(32 * 16), 0, 0, 0]
    assert signature(1 << 12, 1 << 12, 1, None)[2] == log2(16)
    assert signature(1 << 12, 1, 1, None)[2] == 0


def at(span=0, crossings=0, y=0, z=0):
    return [span, crossings, 0, 0, y, z]


@pytest.mark.parametrize(
    ("off", "told"), [(0, NEAR), (204, NEAR), (205, UNSURE), (214, UNSURE), (215, OFF), (9000, OFF)]
)
def test_nearness_goes_by_how_far_the_span_is_off(off, told):
    assert nearness(at(span=100), at(span=100 + off)) == told
    assert nearness(at(span=100 + off), at(span=100)) == told


@pytest.mark.parametrize(("off", "told"), [(102, NEAR), (103, UNSURE), (107, UNSURE), (108, OFF), (9000, OFF)])
def test_zero_crossings_count_twice(off, told):
    assert nearness(at(crossings=1700), at(crossings=1700 + off)) == told


@pytest.mark.parametrize("pair", [(0, 500), (500, 0)])
def test_zero_crossings_that_were_not_counted_do_not_count(pair):
    assert nearness(at(crossings=pair[0]), at(crossings=pair[1])) == NEAR


def test_all_that_is_off_counts_together():
    assert nearness(at(), at(span=144, crossings=0)) == NEAR
    assert nearness(at(crossings=1000), at(span=144, crossings=1000 + 72)) == NEAR  # the root of 2 * 144² is 203.6
    assert nearness(at(crossings=1000), at(span=146, crossings=1000 + 73)) == UNSURE  # 206.5
    assert nearness(at(crossings=1000), at(span=153, crossings=1000 + 76)) == OFF  # 215.7


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ((64, 0), (64, 0), 0),
        ((64, 0), (60, 12), 12 * 384 // 60),
        ((64, 0), (60, -12), 12 * 384 // 60),
        ((0, -64), (12, -60), 12 * 384 // 60),
        ((40, 30), (30, 40), (40 * 40 - 30 * 30) * 384 // (2 * 40 * 30)),
        ((64, 0), (17, 64), 64 * 384 // 17),
        ((64, 0), (16, 64), 8191),
        ((64, 0), (-64, 0), 8191),
        ((32, 0), (32, 0), 0),
        ((31, 0), (32, 0), None),
        ((32, 0), (0, 31), None),
        ((0, 32), (0, 32), 0),
        ((23, 23), (64, 0), 384),
        ((22, 22), (64, 0), None),
    ],
)
def test_turning_is_the_tangent_between_both_gravities_across_the_limb(then, now, expected):
    assert turned(at(y=then[0], z=then[1]), at(y=now[0], z=now[1])) == expected


def test_how_far_the_band_has_turned_counts():
    assert nearness(at(y=64), at(y=60, z=32)) == NEAR  # 204
    assert nearness(at(y=64), at(y=60, z=33)) == UNSURE  # 211
    assert nearness(at(y=64), at(y=60, z=34)) == OFF  # 217
    assert nearness(at(y=20), at(y=0, z=20)) == NEAR  # a limb that hangs


def ticks(finder, envelope, blocks, flags=0):
    """When something was said, and what."""
    return [(block, word) for block in range(blocks) if (word := finder.step(envelope, flags))]


def squeezed(best):
    """A finder that has heard so much as the best, and whose tick of it is over."""
    finder = Finder(REST)
    assert ticks(finder, best, 30 + DEAF) == [(29, ON_TARGET)]
    assert (finder.best, finder.heat) == (best, HOT)
    return finder


@pytest.mark.parametrize(
    ("permille", "heat", "blocks"),
    [(1000, HOT, 30), (800, HOT, 30), (780, WARM, 90), (560, WARM, 90), (500, COLD, 240), (300, COLD, 240)],
)
def test_the_closer_to_the_best_the_sooner_the_next_tick(permille, heat, blocks):
    best = 100_000
    finder = squeezed(best)
    assert ticks(finder, best * permille // 1000, blocks + DEAF) == [(blocks - 1, ON_TARGET)]
    assert finder.heat == heat


@pytest.mark.parametrize(("faded", "heat"), [(800, HOT), (799, WARM), (550, WARM), (549, COLD)])
def test_hot_is_80_percent_of_the_best_and_warm_55(faded, heat):
    """With the first look the best fades by a 128th."""
    finder = squeezed(128_000)
    ticks(finder, 127 * faded, 30)
    assert finder.best == 127_000
    assert finder.heat == heat


def test_the_best_fades_by_a_128th_with_each_look():
    finder = squeezed(12_800)
    ticks(finder, 5000, 60)
    assert finder.best == 12_800 - 100 - 99


@pytest.mark.parametrize(("envelope", "heat"), [(1999, 0), (2000, HOT)])
def test_twice_the_rest_is_a_squeeze(envelope, heat):
    finder = Finder(REST)
    assert bool(ticks(finder, envelope, 600)) == bool(heat)
    assert finder.heat == heat


def test_after_3_s_at_rest_it_listens_anew():
    finder = Finder(REST)
    assert ticks(finder, REST, 300) == []
    assert finder._state[1] == 0
    assert ticks(finder, 5000, 30) == [(29, ON_TARGET)]
    assert finder.best == 5000


def test_the_least_that_is_heard_is_the_rest_where_it_is_not_known():
    finder = Finder()
    assert ticks(finder, 900, 300) == []
    assert (finder.heat, finder.best) == (0, 0)
    ticks(finder, 300, 300)
    assert ticks(finder, 700, 30) == [(29, ON_TARGET)]
    assert ticks(Finder(), 0, 300) == []


@pytest.mark.parametrize("rest", [0, 1])
def test_where_there_is_next_to_nothing_at_rest_twice_the_least_number_is_a_squeeze(rest):
    finder = Finder()
    ticks(finder, rest, 300)
    assert ticks(finder, 1, 300) == []
    assert ticks(finder, 2, 30) == [(29, ON_TARGET)]


@pytest.mark.parametrize("flags", [RAIL, FLAT])
def test_a_lost_electrode_is_said_at_once_and_once_and_listened_anew_behind_it(flags):
    finder = Finder(REST)
    ticks(finder, 5000, 20)
    assert ticks(finder, 5000, 300, flags) == [(0, SENSOR_OFF)]
    assert ticks(finder, 5000, 30) == [(29, ON_TARGET)]


def test_hum_does_not_stop_it():
    assert ticks(Finder(REST), 5000, 30, HUM) == [(29, ON_TARGET)]


def test_before_it_has_heard_anything_it_is_neither_hot_nor_cold():
    assert (Finder().heat, Finder().best) == (0, 0)
    assert len({0, COLD, WARM, HOT}) == 4


@pytest.mark.parametrize(("blocks", "heard"), [(299, 299), (300, 0), (301, 1)])
def test_rest_is_listened_to_for_3_s_at_a_time(blocks, heard):
    finder = Finder(REST)
    ticks(finder, REST, blocks)
    assert finder._state[1] == heard
