import numpy as np
import pytest

from builders import MID_SCALE, codes, effort, muscle, sine, white
from buzzband.recordings import synth
from buzzband_fw.core.chain import COUNTS, Chain
from buzzband_fw.core.quality import FLAT, HUM, NAMES, RAIL, judge, new_state

SPAN = 16 * 1000  # of an envelope of 1000 at full effort
NO_FLOOR = 64  # a span so small that only the share of the power decides
FLOOR = SPAN * 300 * 8 * 3 // 32  # the least sum of what the comb took out that counts as hum
CLEAN = (0, 0, 300 * 8 * 100)
RAILED = (7, 0, 300 * 8 * 100)
HUMMING = (0, 2 * FLOOR, FLOOR)
WINDOW_S = 0.25
WINDOW_RAW = 1200
MAINS = pytest.mark.parametrize("mains_hz", [50, 60])


def judged(windows, span=SPAN):
    """The flags after each window."""
    state = new_state(span)
    return [judge(counts, state) for counts in windows]


def counted(raw, mains_hz=50):
    """What the chain counts in each window of ``raw``."""
    chain, windows = Chain(2048, mains_hz, capacity=300), []
    for start in range(0, len(raw) - WINDOW_RAW + 1, WINDOW_RAW):
        chain.condition([int(value) for value in raw[start : start + WINDOW_RAW]], 0, 300)
        counts = [0] * COUNTS
        chain.drain(counts)
        windows.append(counts)
    return windows


def flags_over(raw, mains_hz=50, span=SPAN, settled_s=1.0):
    """The flags at the end of each window, the filters' start left out."""
    return judged(counted(raw, mains_hz)[round(settled_s / WINDOW_S) :], span)


def test_a_clean_signal_raises_nothing():
    assert judged([CLEAN] * 20) == [0] * 20


@pytest.mark.parametrize(("railed", "flags"), [(0, 0), (6, 0), (7, RAIL), (300, RAIL)])
def test_more_than_2_percent_of_samples_at_a_rail_raise_rail_at_once(railed, flags):
    assert judged([(railed, *CLEAN[1:])]) == [flags]


def test_flat_is_raised_after_1_s():
    assert judged([(0, 0, 300 * 16 - 1)] * 5) == [0, 0, 0, FLAT, FLAT]


def test_flat_counts_what_the_comb_took_out_too():
    assert judged([(0, 300 * 8, 300 * 8)] * 5) == [0] * 5
    assert judged([(0, 300 * 8, 300 * 8 - 1)] * 4)[-1] == FLAT


def test_hum_is_raised_after_2_s():
    assert judged([HUMMING] * 9) == [0] * 7 + [HUM] * 2


@pytest.mark.parametrize("bad, flag, windows", [(RAILED, RAIL, 1), ((0, 0, 0), FLAT, 4), (HUMMING, HUM, 8)])  # noqa: PT006
def test_a_flag_falls_after_2_s_without_its_cause(bad, flag, windows):
    assert judged([bad] * windows + [CLEAN] * 8)[windows - 1 :] == [flag] * 8 + [0]


@pytest.mark.parametrize("bad, flag, windows", [(RAILED, RAIL, 1), ((0, 0, 0), FLAT, 4), (HUMMING, HUM, 8)])  # noqa: PT006
def test_one_bad_window_starts_the_2_s_again(bad, flag, windows):
    story = [bad] * windows + [CLEAN] * 7 + [bad] + [CLEAN] * 8
    assert judged(story)[windows - 1 :] == [flag] * 16 + [0]


@pytest.mark.parametrize("bad, windows", [((0, 0, 0), 4), (HUMMING, 8)])  # noqa: PT006
def test_bad_windows_count_only_in_a_row(bad, windows):
    assert set(judged(([bad] * (windows - 1) + [CLEAN]) * 5)) == {0}


def test_flags_stand_side_by_side():
    assert judged([(7, 2 * FLOOR, FLOOR)] * 8)[-1] == RAIL | HUM


@pytest.mark.parametrize(("removed", "kept", "hums"), [(9, 8, False), (9 * 8 + 1, 8 * 8, True)])
def test_hum_must_be_more_than_9_to_8_of_the_magnitude_kept(removed, kept, hums):
    scale = FLOOR
    assert bool(judged([(0, removed * scale, kept * scale)] * 8)[-1]) == hums


@pytest.mark.parametrize(("removed", "hums"), [(FLOOR - 1, False), (FLOOR, True)])
def test_hum_must_be_one_and_a_half_of_the_span(removed, hums):
    assert bool(judged([(0, removed, removed // 2)] * 8)[-1]) == hums


def test_every_flag_has_a_name():
    assert [NAMES[flag.bit_length() - 1] for flag in (RAIL, FLAT, HUM)] == ["rail", "flat", "hum"]


@pytest.mark.parametrize(("share", "flags"), [(0.015, {0}), (0.03, {RAIL})])
def test_a_signal_cut_off_by_a_rail_more_than_2_percent_of_the_time_is_railed(share, flags):
    raw = codes(effort(0.5, 5, seed=1))
    period = 4 * round(1 / share)  # whole samples at 1200 Hz
    for start in range(0, len(raw), period):
        raw[start : start + 4] = 4095
    assert set(flags_over(raw)) == flags


def test_a_loose_electrode_that_gives_a_constant_is_flat_after_1_s():
    assert flags_over(np.full(4800 * 4, MID_SCALE + 300)) == [0, 0, 0] + [FLAT] * 9


@pytest.mark.parametrize(("rms", "flat"), [(0.5, True), (1.0, False)])
def test_less_than_about_0_8_adc_steps_of_noise_is_flat(rms, flat):
    flags = flags_over(codes(white(8, rms, seed=2)))
    assert set(flags[4:]) == ({FLAT} if flat else {0})


@MAINS
def test_a_muscle_at_rest_is_not_flat(mains_hz):
    rest = effort(synth.REST, 8, seed=3) + white(8, 1.0, seed=4)
    assert set(flags_over(codes(rest), mains_hz)) == {0}


def hum_for(signal, share, mains_hz):
    """A sine at the mains with ``share`` of the power of both, of the signal as decimated."""
    power = np.var(signal.reshape(-1, 4).sum(axis=1)) / 16
    return sine(mains_hz, len(signal) / 4800, np.sqrt(2 * power * share / (1 - share)))


@MAINS
@pytest.mark.parametrize(("share", "hums"), [(0.4, False), (0.65, True)])
def test_hum_of_more_than_half_the_power_of_white_noise_is_raised(mains_hz, share, hums):
    noise = white(12, 250, seed=5)
    flags = flags_over(codes(noise + hum_for(noise, share, mains_hz)), mains_hz, NO_FLOOR)
    assert set(flags[8:]) == ({HUM} if hums else {0})


@MAINS
def test_equal_powers_give_equal_counts_within_5_percent(mains_hz):
    noise = white(20, 200, seed=6)
    windows = np.array(counted(codes(noise + hum_for(noise, 0.5, mains_hz)), mains_hz))[4:]
    _, removed, kept, _ = windows.sum(axis=0)
    assert removed * 8 == pytest.approx(kept * 9, rel=0.05)


@MAINS
@pytest.mark.parametrize(("share", "hums"), [(0.3, False), (0.8, True)])
def test_hum_beside_a_working_muscle_is_raised_when_it_has_most_of_the_power(mains_hz, share, hums):
    working = muscle(synth.constant(0.8, 12), seed=7)
    flags = flags_over(codes(working + hum_for(working, share, mains_hz)), mains_hz, NO_FLOOR)
    assert set(flags[8:]) == ({HUM} if hums else {0})


@MAINS
@pytest.mark.parametrize(("share_of_span", "hums"), [(1.45, False), (1.55, True)])
def test_hum_at_rest_counts_from_one_and_a_half_of_the_span_on(mains_hz, share_of_span, hums):
    amplitude = share_of_span * SPAN / 16 / 4 * np.pi / 2  # whose mean magnitude, decimated, is that share
    flags = flags_over(codes(sine(mains_hz, 12, amplitude) + white(12, 2, seed=8)), mains_hz)
    assert set(flags[8:]) == ({HUM} if hums else {0})


def test_hum_is_raised_2_s_after_it_begins_and_falls_2_s_after_it_ends():
    hum = np.concatenate([np.zeros(4800 * 2), sine(50, 4, 900), np.zeros(4800 * 4)])
    flags = flags_over(codes(hum + white(10, 20, seed=9)), settled_s=0)
    assert [index * WINDOW_S for index in np.flatnonzero(np.diff(flags)) + 2] == [pytest.approx(4, abs=0.26), 8.0]


def test_hum_at_50_hz_is_not_seen_by_a_comb_for_60():
    assert set(flags_over(codes(sine(50, 12, 900) + white(12, 20, seed=10)), mains_hz=60)) == {0}


def test_windows_without_hum_leave_the_least_hum_that_counts_as_it_is():
    assert judged([CLEAN] * 9 + [(0, FLOOR - 1, FLOOR // 2)] * 9) == [0] * 18
    assert judged([CLEAN] * 9 + [(0, FLOOR, FLOOR // 2)] * 8)[-1] == HUM
