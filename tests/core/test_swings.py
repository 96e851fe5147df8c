import numpy as np
import pytest

from builders import course, steps_of, turning
from buzzband_fw.core import swings
from buzzband_fw.core.exercises import named
from buzzband_fw.core.motion import DELAY_STEPS, MUSCLE, SOURCES, TILT
from buzzband_fw.core.reps import Reps
from buzzband_fw.core.room import new_history, new_room, new_rows
from buzzband_fw.core.swings import DURATION, MEAN, MIDDLE, PEAK, ROW, SIZE, START, SWINGS_MAX
from buzzband_fw.core.zigzag import ACTIVATION, HISTORY_STEPS, NO_VALUE, OFFSET

TURN_Z = 5
LEAD_S = 0.5
SIXTEENTHS = 16


def kept(middles, sizes=None, durations=None, first=0):
    """The rows of one source whose swings have these middles, in steps, the oldest as number ``first``."""
    rows = new_rows()
    for index, middle in enumerate(middles):
        at = (first + index) % SWINGS_MAX * ROW
        rows[at + MIDDLE] = middle % (1 << 16)
        rows[at + SIZE] = sizes[index] if sizes else 1000
        rows[at + DURATION] = durations[index] if durations else 100
    return rows


def in_history(values, column=0):
    history = new_history()
    history[column * HISTORY_STEPS : column * HISTORY_STEPS + len(values)] = values
    return history


def moved(frames, source):
    """The rows that the core keeps of a source."""
    reps = Reps(named("custom"), 500, new_room())
    reps.muscle_tells = False
    for step in steps_of(frames):
        reps.step(step, 2, 0, 0, 0)
        reps.work()
        reps.work()
    while reps.busy:
        reps.work()
    return [reps.rows[reps.row(source, n) : reps.row(source, n) + ROW] for n in range(reps.found[source])]


def there_and_back(seconds, size):
    return course((LEAD_S, 0), (seconds, size), (1, size), (seconds, 0), (1, 0), (1, size), (1, 0))


def measured(values, activation=(), base_at=0):
    """The row of a swing that goes through ``values``, and its peak."""
    history, rows = in_history([OFFSET + value for value in values]), new_rows()
    column = ACTIVATION * HISTORY_STEPS
    history[column : column + len(activation)] = activation
    last = len(values) - 1
    peak = swings.measure(history, 0, [values[base_at], base_at, values[-1], last], 0, last, 0, rows)
    return rows[:ROW], peak


def test_what_the_history_held_ten_seconds_ago_is_not_of_the_swing():
    rising = [0] * 40 + [100 * step for step in range(41)]  # to the last step, as the middle of a movement that goes on
    row, _ = measured(rising, [300] * len(rising) + [900] * 100, base_at=40)
    assert row[MEAN] == 300


@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize(("late", "middle"), [(0, 20), (20, 30), (30, 35)])
def test_a_swing_is_timed_by_where_it_crosses_a_quarter_and_three_quarters(way, late, middle):
    line = [min(max(step - late, 0), 40) * 100 * way for step in range(late + 60)]
    row, _ = measured(line)
    assert row[MIDDLE] == late + 20
    assert row[DURATION] == pytest.approx(2 * 20 * 3.557 * 0.96, abs=6)  # less what averages add


def test_a_crossing_between_two_steps_lies_on_the_line():
    (even, _), (odd, _) = measured([0] * 8 + [50] + [400] * 8), measured([0] * 8 + [350] + [400] * 8)
    assert (even[MIDDLE], odd[MIDDLE]) == (8, 7)


def test_the_last_crossing_counts_and_none_before_the_swing():
    values = [0] * 4 + [500] * 10 + [0] * 6 + [250, 500, 500, 500]
    assert measured(values)[0][MIDDLE] == measured(values, base_at=18)[0][MIDDLE] == 20


def test_mean_and_peak_are_those_of_clean_activation():
    activation = [100, 300, 3000 | NO_VALUE, 200] * 30 + [900] * 10
    row, peak = measured([0] * 60 + [50 * min(step, 59) for step in range(60)], activation, base_at=60)
    assert row[MEAN] == pytest.approx(200, abs=10)
    assert (row[PEAK], peak) == (300, 300)


def test_where_no_activation_is_clean_it_is_0():
    row, peak = measured([0] * 10 + [250] + [500] * 4, [800 | NO_VALUE] * 15)
    assert (row[MEAN], row[PEAK], peak) == (0, 0, 0)


@pytest.mark.parametrize("size", [4000, -1500])
@pytest.mark.parametrize("seconds", [0.4, 0.5, 0.7, 1.0, 1.5, 2.5, 4.0, 6.0])
def test_a_movement_of_minimum_jerk_is_timed_to_20_ms(seconds, size):
    felt = np.zeros((len(there_and_back(seconds, size)), 6), np.int16)
    felt[:, 0] = np.rint(there_and_back(seconds, size))
    there, back = moved(felt, TILT)[:2]
    assert [10 * there[DURATION], 10 * back[DURATION]] == pytest.approx([1000 * seconds] * 2, abs=20)
    assert (there[START] - DELAY_STEPS) / 50 == pytest.approx(LEAD_S, abs=0.05)
    assert (there[MIDDLE] - DELAY_STEPS) / 50 == pytest.approx(LEAD_S + seconds / 2, abs=0.05)


@pytest.mark.parametrize(("seconds", "within_s"), [(0.5, 0.04), (1.0, 0.04), (1.5, 0.07), (2.5, 0.16), (6.0, 0.6)])
def test_the_leak_makes_slow_turns_away_from_rest_look_shorter_and_those_back_longer(seconds, within_s):
    there, back = moved(turning(there_and_back(seconds, 90)), TURN_Z)[:2]
    assert -within_s <= there[DURATION] / 100 - seconds <= 0.01
    assert -0.01 <= back[DURATION] / 100 - seconds <= within_s


def test_the_muscle_is_timed_from_a_tenth_to_nine_tenths_along_a_line():
    history = new_history()
    for step in range(301):
        history[MUSCLE * HISTORY_STEPS + step] = OFFSET + 10 * min(max(step - 100, 0), 100)
    rows = new_rows()
    swings.measure(history, MUSCLE, [0, 100, 1000, 200], 0, 300, 0, rows)
    assert rows[DURATION] == pytest.approx(100 * 0.8 * 1.125 * 2, abs=12)  # 1.8 s, less what averages add
    assert rows[SIZE] == 1000


def test_a_swing_that_began_before_the_history_is_measured_from_its_oldest_step():
    history = new_history()
    for step in range(1000, 1000 + HISTORY_STEPS):
        history[step % HISTORY_STEPS] = OFFSET + step
    rows = new_rows()
    swings.measure(history, 0, [0, 0, 1500, 1500], 0, 1511, 0, rows)
    assert 0 < rows[DURATION] <= 2 * 3.557 * (1500 - 1000)


def test_swings_that_are_all_alike_have_no_irregularity():
    assert swings.irregularity(kept(range(0, 600, 50)), 0, 0, 12, False) == 0


def test_the_irregularity_of_periods_is_their_mean_deviation_in_permille():
    middles = [0, 25, 90, 135, 200, 225, 290, 335, 400, 425]  # periods of 90 and 110 steps, one way and the other
    assert swings.irregularity(kept(middles), 0, 0, 10, False) == pytest.approx(100, abs=5)


def test_the_irregularity_is_that_of_the_better_way():
    late = [0, 65, 100, 135, 200, 265, 300, 335, 400]  # one way every 100 steps, the other when it likes
    assert swings.irregularity(kept(late), 0, 0, 9, False) == 0


def test_seven_tenths_of_what_the_sizes_differ_counts():
    rows = kept(range(0, 600, 50), sizes=[900, 1100] * 6)
    assert swings.irregularity(rows, 0, 0, 12, False) == pytest.approx(70, abs=1)


def test_the_longest_period_may_be_spared():
    middles = [0, 50, 100, 150, 200, 250, 500, 550, 600, 650, 700, 750]
    assert swings.irregularity(kept(middles), 0, 0, 12, False) > 300
    assert swings.irregularity(kept(middles), 0, 0, 12, True) == 0


@pytest.mark.parametrize("first", [0, 60, 64, 1000])
@pytest.mark.parametrize("start", [0, 65_400])
def test_rows_go_round_after_64_swings_and_steps_after_2_to_16(first, start):
    middles = range(start, start + 500, 50)
    rows = kept(middles, first=first)
    assert swings.period_ms(rows, 0, first, 4) == 2000
    assert swings.irregularity(rows, 0, first, 10, True) == 0
    assert swings.nearest(rows, 0, first, 10, (start + 160) % (1 << 16)) == first + 3


def test_the_mean_period_is_told_finer_than_a_step():
    assert swings.period_ms(kept([0, 18, 37, 56, 75]), 0, 0, 2) == 750


def test_what_is_typical_is_the_mean_of_the_middle_half():
    rows = kept(range(0, 400, 50), sizes=[9000, 9000, 100, 200, 300, 400, 9000, 9000])
    assert swings.typical(rows, 0, 0, 8, SIZE) == 250


def test_each_source_has_a_table_of_its_own():
    rows = kept(range(0, 500, 50))
    table = 3 * SWINGS_MAX * ROW
    rows[table : table + 60] = rows[:60]
    rows[table + MIDDLE] = 60
    assert len(rows) == SOURCES * SWINGS_MAX * ROW
    assert swings.period_ms(rows, table, 0, 1) == 800
    assert swings.nearest(rows, table, 0, 10, 61) == 0
