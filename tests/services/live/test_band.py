"""A band as it goes: the whole app behind the link."""

import threading
from itertools import islice

import pytest

from app.bench import band, contractions, only_log, rest
from buzzband.errors import OnUsbPower, Silent
from buzzband.services.live.band import BandSource
from buzzband.services.live.items import Note, Order, Reading, Said, Standing
from buzzband.transports.link import Link
from buzzband_fw.core.words import BREATHE_IN, ON_TARGET
from buzzband_fw.link import messages
from transports.fake_band import FakeBand


def source_of(virtual):
    return BandSource(Link(virtual.stream, clock=lambda: virtual.now_s, busy_s=0.0), "band 1")


def watch(virtual, seconds, *orders, source=None):
    """All that is told in so many seconds of the band's time; ``orders``: given at the start."""
    source = source or source_of(virtual)
    for order in orders:
        source.orders.put(order)
    stop, items = threading.Event(), []
    end_s = virtual.now_s + seconds
    for item in source.items(stop):
        items.append(item)
        if virtual.now_s >= end_s:
            stop.set()
    return items


def kinds(items, kind):
    return [item for item in items if isinstance(item, kind)]


def test_a_set_is_shown_reading_by_reading_word_by_word_rep_by_rep():
    with band(contractions(5)) as virtual:
        virtual.run_for(0.5)
        items = watch(virtual, 14)
        motor = len(virtual.motor)
    times = [item.t_s for item in kinds(items, Reading)]
    assert times == pytest.approx([times[0] + 0.02 * index for index in range(len(times))])
    assert [item.word for item in kinds(items, Said)] == [ON_TARGET] * motor == [ON_TARGET] * 5
    standings = kinds(items, Standing)
    assert {standing.set for standing in standings} == {1}
    assert [standing.reps for standing in standings] == sorted(standing.reps for standing in standings)
    assert standings[-1].reps >= 4  # the last one is told when the set is over
    assert {standing.phase for standing in standings} == {"rest", "lift", "lower", "hold"}
    numbers = dict.fromkeys(standing.rep.number for standing in standings if standing.rep)
    assert list(numbers) == list(range(1, max(numbers) + 1))
    last = standings[-1]
    assert (last.state, last.target_permille, last.mode, last.missed) == ("running", 500, "reach", 0)
    assert last.supply_mv == pytest.approx(3700, abs=400)


def test_when_it_is_stopped_the_band_sends_no_more():
    with band(rest(5)) as virtual:
        virtual.run_for(1)
        watch(virtual, 1)
        assert not virtual.app.server.streaming


def test_whoever_stops_listening_stops_the_stream_too():
    with band(rest(5)) as virtual:
        virtual.run_for(1)
        items = source_of(virtual).items(threading.Event())
        list(islice(items, 50))
        assert virtual.app.server.streaming
        items.close()
        assert not virtual.app.server.streaming


def test_a_target_counts_from_the_next_session_on_and_is_shown_so():
    with band(rest(20)) as virtual:
        virtual.run_for(1)
        source = source_of(virtual)
        items = watch(virtual, 2, Order.TARGET_UP, Order.TARGET_UP, source=source)
        last = kinds(items, Standing)[-1]
        assert (last.target_permille, last.next_target_permille) == (500, 600)
        assert "60 %, from the next session on" in kinds(items, Note)[-1].text.replace("\xa0", " ")
        virtual.press()
        virtual.press()
        last = kinds(watch(virtual, 2, source=source), Standing)[-1]
        assert (last.target_permille, last.next_target_permille) == (600, None)


def test_the_mode_goes_round_and_counts_from_the_next_session_on():
    with band(rest(20)) as virtual:
        virtual.run_for(1)
        last = kinds(watch(virtual, 2, Order.NEXT_MODE, Order.NEXT_MODE), Standing)[-1]
        assert (last.mode, last.next_mode) == ("reach", "hold")
        assert virtual.app.band.settings.mode == "hold"


def test_a_mark_is_in_the_log_at_the_moment_that_was_shown():
    with band(rest(20)) as virtual:
        virtual.run_for(1)
        source = source_of(virtual)
        watch(virtual, 1, source=source)
        (note,) = kinds(watch(virtual, 1, Order.MARK, source=source), Note)
        virtual.play()
        (block,) = only_log(virtual).marks
    assert note.mark
    assert note.t_s == pytest.approx(block / 100, abs=0.02)


def test_a_calibration_ends_the_session_and_its_words_are_told():
    with band(rest(20)) as virtual:
        virtual.run_for(1)
        items = watch(virtual, 3, Order.CALIBRATE)
    last = kinds(items, Standing)[-1]
    assert (last.state, last.set) == ("calibrating", 0)
    assert BREATHE_IN in [item.word for item in kinds(items, Said)]


def test_without_a_session_a_mark_is_refused_in_words():
    with band(rest(20), changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        (note,) = kinds(watch(virtual, 1, Order.MARK), Note)
    assert not note.mark
    assert "refuses MARK" in note.text


def test_an_order_waits_while_the_band_is_busy_and_is_done_then():
    fake = FakeBand()
    source = BandSource(Link(fake, clock=fake.clock, busy_s=0.0), "band 1")
    items = source.items(threading.Event())
    next(items)
    fake.busy = 3
    source.orders.put(Order.MARK)
    for number in range(200):
        fake.say_sample(number, 2 * number + 2)
    assert [note.mark for note in kinds(islice(items, 120), Note)] == [True]
    assert len(fake.marks) == 1


def test_a_band_that_stays_busy_refuses_in_the_end():
    fake = FakeBand(busy=10_000)
    source = BandSource(Link(fake, clock=fake.clock, busy_s=0.0), "band 1")
    source.orders.put(Order.CALIBRATE)
    items = source.items(threading.Event())
    assert next(items).mode == ""
    for number in range(400):
        fake.say_sample(number, 2 * number + 2)
    assert ["busy" in note.text for note in kinds(islice(items, 300), Note)] == [True]


def test_what_the_band_leaves_out_is_counted():
    fake = FakeBand()
    items = BandSource(Link(fake, clock=fake.clock, busy_s=0.0), "band 1").items(threading.Event())
    assert next(items).missed == 0
    for number in range(100):
        fake.say_sample(number, 2 * number + (2 if number < 30 else 22))
    assert kinds(islice(items, 90), Standing)[-1].missed == 10


def test_a_band_that_answers_but_sends_no_samples_is_silent_too():
    fake = FakeBand()
    with pytest.raises(Silent):
        list(BandSource(Link(fake, clock=fake.clock, busy_s=0.0), "band 1").items(threading.Event()))
    assert fake.clock.now < 10


def test_on_usb_power_nothing_is_shown_and_the_mend_is_said():
    with band(rest(5), usb_power=True) as virtual:
        virtual.run_for(1)
        with pytest.raises(OnUsbPower) as refused:
            watch(virtual, 1)
        assert "isolator" in refused.value.hint
        assert not virtual.app.server.streaming


def test_with_a_declared_isolator_it_is_shown():
    with band(rest(5), usb_power=True, changes={"usb_isolator": True}) as virtual:
        virtual.run_for(1)
        assert kinds(watch(virtual, 1), Reading)


def test_a_cable_that_goes_in_ends_it_within_half_a_second():
    with band(rest(9)) as virtual:
        virtual.run_for(1)
        virtual.world.schedule(virtual.world.now_us + 1_000_000, "usb_power", True)
        with pytest.raises(OnUsbPower):
            watch(virtual, 4)
        assert virtual.now_s < 2.6
        assert not virtual.app.server.streaming


def test_a_band_that_falls_silent_ends_it():
    fake = FakeBand()
    items = BandSource(Link(fake, clock=fake.clock, busy_s=0.0), "band 1").items(threading.Event())
    next(items)
    for number in range(15):
        fake.say_sample(number, 2 * number + 2)
    assert len(kinds(islice(items, 12), Reading)) == 11
    fake.line.lose = 1.0
    with pytest.raises(Silent):
        list(items)


@pytest.mark.parametrize("exercise", ["curl", "squat"])
def test_the_phase_has_the_order_of_the_exercise(exercise):
    fake = FakeBand(settings={"exercise": exercise})
    fake.lifted = (9, 1, 500, 0, 7, *fake.lifted[5:])
    standing = next(BandSource(Link(fake, clock=fake.clock), "band 1").items(threading.Event()))
    assert standing.phase == {"curl": "lower", "squat": "lift"}[exercise]


def test_what_a_hostile_band_calls_its_exercise_is_not_believed():
    fake = FakeBand()
    fake._told = lambda _: (
        b'{"values": {"exercise": "\\u001b[2J", "mode": 7, "target_permille": -3}, "wearers": [], "problems": []}'
    )  # type: ignore[method-assign]
    standing = next(BandSource(Link(fake, clock=fake.clock), "band 1").items(threading.Event()))
    assert standing.mode == "reach"
    assert fake.status[0] == messages.RUNNING
