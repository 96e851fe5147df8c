"""The last seconds in columns."""

from hypothesis import given
from hypothesis import strategies as st

from buzzband.services.live.history import History
from buzzband.services.live.items import Said
from services.live.builders import reading, readings


def test_a_column_shows_the_highest_of_its_time_the_newest_column_last() -> None:
    history = History(span_s=4)
    history.add([reading(0.5, 100), reading(0.9, 300), reading(1.5, 200), reading(3.2, 700), reading(3.9, 600)], ())
    assert [column.permille for column in history.columns(4)] == [300, 200, None, 700]


def test_remarks_stand_at_their_time() -> None:
    history = History(span_s=4)
    said = Said(1.2, 1)
    history.add(readings(3.9), [said])
    assert [column.remarks for column in history.columns(4)] == [[], [said], [], []]


def by_time(history: History, count: int) -> dict[int, int | None]:
    """What stands in the columns, by the number of the column since the clock began; only those that are complete."""
    assert history.last is not None
    newest = int(history.last.t_s * (count / history.span_s))  # as it is counted there, to the last bit
    columns = history.columns(count)
    return {newest - count + 1 + index: columns[index].permille for index in range(1, count - 1)}


@given(st.integers(3, 200), st.floats(0, 1e5), st.integers(1, 400))
def test_what_stands_in_a_column_does_not_change_when_time_goes_on(count: int, from_s: float, steps: int) -> None:
    history = History(span_s=10)
    history.add([reading(one.t_s, round(one.t_s * 50) % 997) for one in readings(12, from_s=from_s)], ())
    before = by_time(history, count)
    assert history.last is not None
    history.add(readings(steps / 50, 999, from_s=history.last.t_s), ())
    after = by_time(history, count)
    common = before.keys() & after.keys()
    assert common or steps > 50 or count < 20
    assert {at: before[at] for at in common} == {at: after[at] for at in common}


def test_nothing_older_than_the_span_is_kept() -> None:
    history = History(span_s=2)
    for second in range(100):
        history.add(readings(1, from_s=second), [Said(float(second), 1)] * 10)
    assert len(history._readings) <= 101
    assert len(history._remarks) <= 128


def test_a_clock_that_goes_back_begins_anew() -> None:
    history = History(span_s=4)
    history.add(readings(100), ())
    history.add([reading(0.5, 250)], ())
    assert [column.permille for column in history.columns(4)] == [None, None, None, 250]


def test_before_the_first_reading_all_columns_are_empty() -> None:
    assert [column.permille for column in History().columns(3)] == [None] * 3
    assert History().columns(0) == []
