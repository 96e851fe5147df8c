"""The buffer between reader and painter: bounded, the newest wins, nothing is lost in silence."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from buzzband.services.live.buffer import Buffer
from buzzband.services.live.items import Note
from services.live.builders import RUNNING, reading, readings


def test_a_batch_has_all_that_came_since_the_last_one_in_its_order() -> None:
    buffer = Buffer()
    for item in (*readings(1), RUNNING, Note(1.0, "first"), Note(1.1, "second")):
        buffer.put(item)
    batch = buffer.take()
    assert list(batch.readings) == readings(1)
    assert [remark.text for remark in batch.remarks] == ["first", "second"]
    assert (batch.standing, batch.dropped) == (RUNNING, 0)
    assert buffer.take().readings == ()
    assert buffer.take().standing is None


@given(st.lists(st.integers(0, 40), max_size=20), st.integers(1, 30))
def test_what_is_taken_and_what_is_dropped_are_all_that_was_put_and_the_newest_stay(
    bursts: list[int], room: int
) -> None:
    buffer = Buffer(readings_max=room)
    put, taken, dropped = 0, [], 0
    for burst in bursts:
        for _ in range(burst):
            put += 1
            buffer.put(reading(float(put)))
        batch = buffer.take()
        assert len(batch.readings) <= room
        assert [one.t_s for one in batch.readings] == [float(one) for one in range(put - min(burst, room) + 1, put + 1)]
        taken += batch.readings
        dropped = batch.dropped
    assert len(taken) + dropped == put == buffer.count


def test_a_reader_never_waits_for_a_painter_that_stands_still() -> None:
    buffer = Buffer(readings_max=10, remarks_max=3)
    reader = threading.Thread(target=lambda: [buffer.put(item) for item in (*readings(200), *[Note(0, "x")] * 50)])
    reader.start()
    reader.join(20)
    assert not reader.is_alive()
    batch = buffer.take()
    assert (len(batch.readings), len(batch.remarks)) == (10, 3)
    assert batch.dropped == 10_000 - 10 + 50 - 3
