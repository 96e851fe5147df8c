"""The link and the way to the prompt, on a band that goes on with its work."""

import hashlib
import struct

import numpy as np
import pytest

from app.bench import (
    band,
    contractions,
    core_track,
    cue_times_s,
    hold,
    led_is_on,
    link_to,
    logs,
    motor_starts_s,
    muscle_faults,
    only_log,
    rest,
)
from buzzband.engines.band import PROMPT, RUNNING
from buzzband.errors import Refused, Silent, Unplugged
from buzzband.recordings.band_log import read_log
from buzzband.transports.frame_reader import FrameReader, packed
from buzzband_fw.core.words import BREATHE_IN, ON_TARGET
from buzzband_fw.link import frames, messages
from buzzband_fw.store import records
from session_files import session_files

KNOCK = b"\r\x03"


def ask(virtual, kind, payload=b"", number=77, patience_s=0.5):
    """Return kind and payload of the next answer to a request."""
    stream = virtual.stream
    stream.write(packed(kind, number, payload))
    reader = FrameReader(stream, lambda: virtual.now_s)
    deadline = virtual.now_s + patience_s
    while frame := reader.next(deadline):
        if frame.number == number and frame.kind != messages.SAMPLE:
            return frame.kind, frame.payload
    return None


def refusal(reason, kind):
    return messages.REFUSED, bytes((reason, kind))


def read(link, session_id, start, size):
    """Return those bytes of a session."""
    data = bytearray()
    link.read_session(session_id, start, size, data.extend)
    return bytes(data)


def test_hello_tells_who_the_band_is():
    with band() as virtual:
        virtual.run_for(1)
        hello = link_to(virtual).hello()
    assert (hello.protocol, hello.uid, hello.slot, hello.safe_mode) == (
        messages.PROTOCOL,
        "e6e7e8e9eaebeced",
        "a",
        False,
    )
    assert 100 <= hello.boot_ms < 1000  # the simulated band gets to main.py after 100


def test_status_tells_how_the_band_is():
    raw = contractions(2)
    with band(raw, supply_mv=3700) as virtual:
        virtual.play()
        virtual.press()
        virtual.run_for(0.5)
        status = link_to(virtual).status()
        assert status.blocks == pytest.approx(virtual.app.muscle.blocks, abs=5)
    assert status.state_name == "running"
    assert status.fault_names == ("no imu",)
    assert status.supply_mv == pytest.approx(3700, abs=5)
    assert status.lost_blocks == status.left_out == 0


def test_status_counts_the_blocks_and_cues_of_the_session():
    with band(contractions(2)) as virtual:
        virtual.run_for(7)
        status = link_to(virtual).status()
    assert status.cues == 2
    assert status.recorded == status.blocks


def test_status_tells_the_reps_of_the_set_and_the_last_of_them():
    with band(contractions(4)) as virtual:
        virtual.run_for(11)
        status = link_to(virtual).status()
        rep = virtual.app.movement.sets.rep
    assert status.swings >> 1 == status.reps_told >= 3
    assert (status.set, status.rep_number) == (0, status.reps_told - 1)
    assert (status.rep_concentric_ms, status.rep_peak_permille) == (rep.concentric_ms, rep.peak)


def test_status_tells_the_last_word_and_how_many_there_were():
    with band(contractions(2)) as virtual:
        virtual.run_for(7)
        status = link_to(virtual).status()
    assert (status.said, status.word) == (2, ON_TARGET)


@pytest.mark.parametrize(
    ("how", "state"), [(messages.SQUEEZES, messages.CALIBRATING), (messages.LIFTS, messages.WARMING_UP)]
)
@pytest.mark.parametrize("autostart", [True, False])
def test_a_host_lets_the_band_calibrate_and_leave_it_again(how, state, autostart):
    with band(rest(9), changes={"autostart": autostart}) as virtual:
        virtual.run_for(1)
        link = link_to(virtual)
        assert [link.calibrate(how), link.calibrate(how)] == [state, state]
        virtual.run_for(2)
        assert (link.status().state, link.status().word) == (state, BREATHE_IN)
        assert link.calibrate(messages.LEAVE) == messages.IDLE
        assert len(link.sessions()) == autostart
        if autostart:
            assert only_log(virtual).end.name == "host"


def test_nothing_is_left_when_nothing_guides():
    with band(rest(9)) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).calibrate(messages.LEAVE) == messages.RUNNING


def test_on_usb_power_a_host_cannot_let_the_band_calibrate():
    with band(rest(9), usb_power=True) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).calibrate(messages.SQUEEZES) == messages.IDLE


def test_a_host_marks_the_moment_that_it_saw_and_the_same_one_once():
    with band(rest(9)) as virtual:
        virtual.run_for(3)
        link = link_to(virtual)
        for block in (120, 120, 250):
            link.mark(block)
        virtual.play()
        log = only_log(virtual)
    assert log.marks == (120, 250)


def test_without_a_session_no_moment_can_be_marked():
    with band(rest(9), changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        with pytest.raises(Refused, match="no such session"):
            link_to(virtual).mark(50)


@pytest.mark.parametrize(
    ("kind", "payload"), [(messages.CALIBRATE, b""), (messages.CALIBRATE, b"\x03"), (messages.MARK, b"\x01")]
)
def test_a_request_that_asks_for_nothing_that_there_is_is_refused(kind, payload):
    with band(rest(2)) as virtual:
        virtual.run_for(1)
        assert ask(virtual, kind, payload) == refusal(messages.BAD_PAYLOAD, kind)


def test_every_word_is_in_the_stream_whatever_its_block():
    with band(contractions(4)) as virtual:
        virtual.run_for(0.5)
        link = link_to(virtual)
        link.stream(True)
        words = [sample.word for sample, _ in zip(link.samples(), range(50 * 10), strict=False)]
        assert [word for word in words if word] == [ON_TARGET] * len(virtual.motor) == [ON_TARGET] * 4


def test_a_session_is_listed_read_and_hashed():
    with band(contractions()) as virtual:
        virtual.play()
        link = link_to(virtual)
        (entry,) = link.sessions()
        data = link.pull(entry.session_id)
        assert data == virtual.files()[f"log/{entry.session_id}.bbl"]
        assert link.hash(entry.session_id, 100) == hashlib.sha256(data[:100]).hexdigest()


def test_of_a_running_session_there_is_what_is_safe_in_flash():
    with band(rest(20)) as virtual:
        virtual.run_for(10)
        link = link_to(virtual)
        (entry,) = link.sessions()
        data = link.pull(entry.session_id)
        log = read_log(data)
        assert len(data) == virtual.app.band.recorder.committed
    assert log.end is None
    assert log.valid.all()
    assert (log.damaged, log.missing) == (0, ())


def test_what_a_session_has_grown_by_can_be_read():
    with band(rest(70)) as virtual:
        virtual.run_for(6)
        link = link_to(virtual)
        (entry,) = link.sessions()
        first = read(link, entry.session_id, 0, 100)
        virtual.run_for(60)  # ten pieces are merged
        (grown,) = link.sessions()
        assert grown.size > entry.size
        assert link.pull(entry.session_id)[:100] == first


def test_a_band_without_sessions_lists_none():
    with band(changes={"autostart": False}) as virtual:
        virtual.run_for(1)
        assert link_to(virtual).sessions() == ()


def test_more_sessions_than_one_frame_lists_are_listed_page_by_page():
    with band(rest(1), changes={"autostart": False}) as virtual:
        for _ in range(40):
            virtual.press()
        found = link_to(virtual).sessions()
        assert sorted(entry.session_id for entry in found) == sorted(log.session_id for log in logs(virtual))
    assert len(found) == 20


def test_the_stream_has_every_second_block_as_the_log_has_it():
    raw = contractions(2)
    with band(raw) as virtual:
        virtual.run_for(0.5)
        link = link_to(virtual)
        link.stream(True)
        samples = [sample for sample, _ in zip(link.samples(), range(200), strict=False)]
        link.stream(False)
        virtual.play()
        log = only_log(virtual)
    blocks = np.array([sample.block for sample in samples])
    assert set(np.diff(blocks)) == {2}
    np.testing.assert_allclose([sample.permille for sample in samples], log.permille[blocks // 2 - 1], atol=4)
    assert [sample.flags for sample in samples] == log.flags[blocks // 2 - 1].tolist()
    assert {sample.number for sample in samples[:5]} == set(range(5))


def test_after_the_stream_has_been_stopped_nothing_comes_unasked():
    with band() as virtual:
        virtual.run_for(0.5)
        link = link_to(virtual)
        link.stream(True)
        link.stream(False)
        virtual.stream.read(0.1)
        assert virtual.stream.read(1.0) == b""


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        (99, b"", messages.UNKNOWN_KIND),
        (messages.LIST, b"", messages.BAD_PAYLOAD),
        (messages.STREAM, b"", messages.BAD_PAYLOAD),
        (messages.READ, b"short", messages.BAD_PAYLOAD),
        (messages.HASH, bytes(30), messages.BAD_PAYLOAD),
        (messages.READ, struct.pack("<8sIH", b"nobody's", 0, 10), messages.NO_SUCH_SESSION),
        (messages.HASH, struct.pack("<8sI", b"nobody's", 0), messages.NO_SUCH_SESSION),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(kind, payload, reason):
    with band() as virtual:
        virtual.run_for(1)
        assert ask(virtual, kind, payload) == refusal(reason, kind)


@pytest.mark.parametrize(("kind", "layout"), [(messages.READ, "<8sIH"), (messages.HASH, "<8sI")])
def test_what_lies_behind_the_end_of_a_session_is_refused(kind, layout):
    with band() as virtual:
        virtual.run_for(2)
        virtual.press()
        ((name, data),) = session_files(virtual.files()).items()
        session_id, beyond = bytes.fromhex(name), len(data) + 1
        payload = struct.pack(layout, session_id, beyond, *([10] if kind == messages.READ else []))
        assert ask(virtual, kind, payload) == refusal(messages.BEYOND_END, kind)


def test_a_session_that_cannot_be_opened_is_a_failure_and_no_crash():
    with band() as virtual:
        virtual.run_for(2)
        link = link_to(virtual)
        (entry,) = link.sessions()
        path = virtual.folder / "log" / f"{entry.session_id}.bbl"
        path.rename(path.with_suffix(".away"))
        with pytest.raises(Refused) as raised:
            read(link, entry.session_id, 0, 10)
    assert raised.value.reason == messages.FAILED


@pytest.mark.parametrize("kind", [messages.HELLO, messages.LIST, messages.READ, messages.HASH])
def test_while_a_cue_may_be_due_what_takes_long_is_refused(kind):
    with band(hold(5)) as virtual:
        virtual.run_for(2.3)
        assert virtual.app.muscle.clear_ms() == 0
        assert ask(virtual, kind, bytes(13)) == refusal(messages.BUSY, kind)


def test_while_a_cue_may_be_due_status_and_stream_are_answered():
    with band(hold(5)) as virtual:
        virtual.run_for(2.3)
        link = link_to(virtual)
        link.stream(True)
        assert link.status().permille > 100


def test_a_hash_waits_for_as_long_as_a_cue_may_be_due():
    with band(rest(20)) as virtual:
        virtual.run_for(5)
        (entry,) = link_to(virtual).sessions()
        clear = [True]  # when the request comes, and not after that
        virtual.app.report.is_clear = lambda: bool(clear and clear.pop())
        request = struct.pack("<8sI", bytes.fromhex(entry.session_id), entry.size)
        assert ask(virtual, messages.HASH, request) is None
        virtual.app.report.is_clear = lambda: True
        frame = FrameReader(virtual.stream, lambda: virtual.now_s).next(virtual.now_s + 1)
    assert frame.kind == messages.HASH | messages.ANSWER


def test_talk_delays_no_cue_and_costs_the_log_nothing():
    raw = contractions(6)
    with band(raw) as virtual:
        virtual.run_for(0.5)
        link = link_to(virtual)
        link.stream(True)
        while virtual.now_s < 14:
            link.status()
        virtual.play()
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.003)
        log = only_log(virtual)
    expected = core_track(raw).permille
    np.testing.assert_array_equal(log.permille[: len(expected)], expected)


def test_a_host_that_does_not_read_delays_nothing_and_what_was_left_out_is_counted():
    raw = contractions(6)
    with band(raw) as virtual:
        virtual.run_for(0.5)
        link_to(virtual).stream(True)
        virtual.world.usb.let_read(False)
        virtual.run_for(10)
        virtual.world.usb.let_read(True)
        virtual.run_for(0.5)
        status = link_to(virtual).status()
        link_to(virtual).stream(False)
        virtual.play()
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.003)
        log = only_log(virtual)
    assert status.left_out == pytest.approx(500, abs=5)
    assert status.worst_us < 100_000
    assert log.valid.all()


def test_an_answer_waits_for_a_host_that_does_not_read_and_is_the_only_one():
    with band() as virtual:
        virtual.run_for(0.5)
        stream = virtual.stream
        virtual.world.usb.let_read(False)
        for number in range(1, 9):
            stream.write(packed(messages.STATUS, number, b""))
        virtual.run_for(1)
        assert virtual.stream.read(0) == b""
        virtual.world.usb.let_read(True)
        reader = FrameReader(stream, lambda: virtual.now_s)
        numbers = [reader.next(virtual.now_s + 0.5).number for _ in range(8)]
    assert numbers == list(range(1, 9))


@pytest.mark.parametrize("noise", [b"\x00", b"noise\x00", bytes(range(1, 256)) * 2 + b"\x00", b"\x05\x00\x03\x00"])
def test_noise_before_a_frame_is_passed_over(noise):
    with band() as virtual:
        virtual.run_for(0.5)
        virtual.stream.write(noise)
        assert link_to(virtual).status().state == messages.RUNNING


def test_a_damaged_frame_is_not_answered():
    with band() as virtual:
        virtual.run_for(0.5)
        wire = bytearray(packed(messages.STATUS, 3, b""))
        wire[3] ^= 0x55
        virtual.stream.write(bytes(wire))
        assert virtual.stream.read(1.0) == b""


def test_half_a_frame_is_forgotten_after_200_ms():
    with band() as virtual:
        virtual.run_for(0.5)
        stream, wire = virtual.stream, packed(messages.STATUS, 3, b"")
        stream.write(wire[:4])
        virtual.run_for(0.4)
        stream.write(wire)
        reader = FrameReader(stream, lambda: virtual.now_s)
        assert reader.next(virtual.now_s + 0.3).kind == messages.STATUS | messages.ANSWER


def test_a_frame_in_two_halves_within_200_ms_is_one():
    with band() as virtual:
        virtual.run_for(0.5)
        stream, wire = virtual.stream, packed(messages.STATUS, 3, b"")
        stream.write(wire[:4])
        virtual.run_for(0.15)
        stream.write(wire[4:])
        reader = FrameReader(stream, lambda: virtual.now_s)
        assert reader.next(virtual.now_s + 0.3).kind == messages.STATUS | messages.ANSWER


def test_the_knock_of_mpremote_ends_the_app_tidily_and_what_follows_is_left_for_the_prompt():
    with band(contractions()) as virtual:
        virtual.run_for(3)
        virtual.stream.write(KNOCK + b"\r\x01rest")
        virtual.run_for(0.2)
        assert virtual.state == PROMPT
        assert virtual.world.usb.unread() == b"\r\x01rest"
        assert virtual.world.usb.interrupt == 3
        assert only_log(virtual).end.reason == records.BY_HOST
        assert not led_is_on(virtual)
        virtual.run_for(10)
        assert virtual.resets == []


def test_the_knock_is_heard_after_half_a_frame_that_was_forgotten():
    with band() as virtual:
        virtual.run_for(0.5)
        virtual.stream.write(b"half a frame")
        virtual.run_for(0.4)
        virtual.stream.write(KNOCK)
        virtual.run_for(0.2)
        assert virtual.state == PROMPT


def test_the_knock_inside_a_frame_is_none():
    with band() as virtual:
        virtual.run_for(0.5)
        virtual.stream.write(b"x" + KNOCK)
        virtual.run_for(1)
        assert virtual.state == RUNNING


def test_repl_is_answered_before_the_prompt_has_the_port():
    with band() as virtual:
        virtual.run_for(1)
        link_to(virtual).repl()
        virtual.run_for(0.2)
        assert virtual.state == PROMPT
        assert only_log(virtual).end.reason == records.BY_HOST
        with pytest.raises(Silent):
            link_to(virtual).status()


def test_reset_is_answered_and_restarts_the_chip():
    with band() as virtual:
        virtual.run_for(1)
        stream = virtual.stream
        link_to(virtual).reset()
        virtual.run_for(1)
        with pytest.raises(Unplugged):
            stream.read(0.1)
        assert virtual.resets == ["machine.reset"]
        assert virtual.state == RUNNING
        assert [log.end and log.end.reason for log in logs(virtual)] == [records.BY_HOST, None]


def test_resets_by_the_host_are_no_crashes():
    with band() as virtual:
        for _ in range(5):
            virtual.run_for(1)
            link_to(virtual).reset()
        virtual.run_for(1)
        assert link_to(virtual).hello().safe_mode is False


def test_the_app_does_not_wait_for_a_host_that_asks_for_the_prompt_and_does_not_read():
    with band() as virtual:
        virtual.run_for(1)
        stream = virtual.stream
        virtual.world.usb.let_read(False)
        stream.write(packed(messages.REPL, 1, b""))
        virtual.run_for(0.3)
        assert virtual.state == PROMPT


def test_an_answer_fits_the_queue_of_the_usb_driver():
    assert frames.WIRE_MAX <= 256


def test_a_session_that_is_over_is_removed_and_its_room_is_free_again():
    with band() as virtual:
        virtual.run_for(3)
        virtual.press()
        link = link_to(virtual)
        (entry,) = link.sessions()
        before = link.hello().free_bytes
        link.delete(entry.session_id, entry.size, link.hash(entry.session_id, entry.size))
        assert link.sessions() == ()
        assert link.hello().free_bytes == before + entry.size
        assert not any(path.startswith("log/") for path in virtual.files())


def test_a_session_that_goes_on_is_told_and_stays():
    with band() as virtual:
        virtual.run_for(3)
        link = link_to(virtual)
        (entry,) = link.sessions()
        assert entry.running
        with pytest.raises(Refused) as raised:
            link.delete(entry.session_id, entry.size, link.hash(entry.session_id, entry.size))
        assert raised.value.reason == messages.IN_USE
        virtual.press()
        assert [entry.running for entry in link.sessions()] == [False]


def test_a_session_is_removed_only_when_no_cue_can_be_due_for_100_ms():
    with band(np.concatenate([rest(2), hold(3)])) as virtual:
        virtual.run_for(0.3)
        virtual.press()
        virtual.press()  # at rest, where a target arms
        virtual.run_for(2)
        link = link_to(virtual)
        virtual.app.report.is_clear = lambda: True
        virtual.app.band.muscle.cue.mode.in_set = True
        done, _ = (entry for entry in sorted(link.sessions(), key=lambda entry: entry.running))
        request = struct.pack(messages.DELETE_FORMAT, bytes.fromhex(done.session_id), done.size, bytes(32))
        assert ask(virtual, messages.DELETE, request) == refusal(messages.BUSY, messages.DELETE)


def test_the_band_says_what_its_clock_shows():
    with band() as virtual:
        virtual.run_for(2)
        found = link_to(virtual).tell_time(1_700_000_000_000)
        assert found.t_ms == pytest.approx(1000 * virtual.now_s, abs=60)
        assert found.utc_ms == pytest.approx(1_700_000_000_000, abs=60)


def test_reading_without_end_delays_no_cue_and_costs_the_log_nothing():
    raw = contractions(6)
    with band(raw) as virtual:
        virtual.run_for(0.5)
        virtual.press()
        virtual.press()
        link = link_to(virtual)
        done = next(entry for entry in link.sessions() if not entry.running)
        begun_s = virtual.now_s
        while virtual.now_s < begun_s + 14:
            assert len(read(link, done.session_id, 0, done.size)) == done.size
        virtual.play()
        log = max(logs(virtual), key=lambda log: len(log.permille))
        starts_s = motor_starts_s(virtual)
    assert len(starts_s) >= 5
    assert np.diff(starts_s) == pytest.approx(0.01 * np.diff([cue.block for cue in log.cues]), abs=0.003)
    assert muscle_faults(log) == ()
    assert log.valid.all()


def test_noise_without_end_delays_no_cue_and_costs_the_log_nothing():
    raw = contractions(6)
    rng = np.random.default_rng(8)
    with band(raw) as virtual:
        virtual.run_for(0.5)
        while virtual.now_s < 14:
            virtual.stream.write(rng.bytes(int(rng.integers(1, 400))).replace(KNOCK, b""))
            virtual.run_for(0.05)
        virtual.play()
        assert motor_starts_s(virtual) == pytest.approx(cue_times_s(virtual, raw), abs=0.003)
        log = only_log(virtual)
    expected = core_track(raw).permille
    np.testing.assert_array_equal(log.permille[: len(expected)], expected)
