"""The host's side of the link against a band in memory, over lines that lose, garble, double and delay."""

import itertools
import json
import struct
from dataclasses import replace
from hashlib import sha256

import pytest

from buzzband.errors import Garbled, LinkError, Refused, Silent, Unplugged, WrongProtocol
from buzzband.transports.frame_reader import packed
from buzzband.transports.link import Link
from buzzband.transports.replies import Entry, Hello, Mark, Sample, Status
from buzzband_fw.link import messages
from transports.fake_band import MONDAY, TUESDAY, UID, FakeBand, Line, Player, content


def linked(band: FakeBand, patience_s: float = 1.0) -> Link:
    return Link(band, patience_s=patience_s, clock=band.clock)


def test_hello_tells_who_the_band_is() -> None:
    found = linked(FakeBand()).hello()
    assert found == Hello(1, "0.1.0", "1.24.1", UID, "a", False, 1_000_000, 70_000, 640)


def test_status_tells_how_the_band_is() -> None:
    found = linked(FakeBand()).status()
    assert found == Status(*FakeBand().status, *FakeBand().lifted)
    assert (found.envelope, found.supply_mv, found.swings, found.rep_eccentric_ms) == (-7, 3900, 7, 1800)
    assert (found.state_name, found.fault_names) == ("running", ())


def test_states_and_faults_that_this_tool_does_not_know_have_a_name_too() -> None:
    band = FakeBand(status=(9, 0, messages.USB_POWER | 1024, *([0] * 11)))
    found = linked(band).status()
    assert (found.state_name, found.fault_names) == ("state 9", ("usb power", "fault 1024"))


def test_what_a_later_version_appends_to_status_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    band = FakeBand()
    monkeypatch.setattr(band, "_answer", lambda kind, _: (kind | 128, band._status() + b"later"))
    assert linked(band).status().permille == 612


@pytest.mark.parametrize("count", [0, 1, 18, 19, 20, 200, 4096])
def test_sessions_are_listed_page_by_page(count: int) -> None:
    stored = {f"{number:016x}": bytes(number % 7) for number in range(count)}
    expected = tuple(Entry(name, len(data), False) for name, data in stored.items())
    assert linked(FakeBand(stored)).sessions() == expected


def test_a_list_that_grows_while_it_is_read_is_read_anew() -> None:
    band = FakeBand({f"{number:016x}": b"" for number in range(40)})
    link = linked(band)
    band_page = band._page

    def growing(payload: bytes) -> bytes:
        if len(band.requests) == 2:
            band.sessions[TUESDAY] = b"new"
        return band_page(payload)

    band._page = growing  # type: ignore[method-assign]
    assert len(link.sessions()) == 41


def test_more_sessions_than_flash_could_hold_are_not_believed() -> None:
    band = FakeBand()
    band._page = lambda _payload: struct.pack("<H", 4097)  # type: ignore[method-assign]
    with pytest.raises(Garbled):
        linked(band).sessions()


def test_a_count_that_is_never_made_good_is_not_believed() -> None:
    band = FakeBand()
    band._page = lambda _payload: struct.pack("<H", 4000)  # type: ignore[method-assign]
    with pytest.raises(Garbled, match="4000 sessions"):
        linked(band).sessions()
    assert len(band.requests) == 1


def read(link: Link, start: int, size: int) -> bytes:
    """Those bytes of Monday."""
    data = bytearray()
    link.read_session(MONDAY, start, size, data.extend)
    return bytes(data)


@pytest.mark.parametrize(
    ("start", "size"), [(0, 0), (0, 50_000), (100, 150), (230, 460), (16384, 16385), (49_999, 50_000)]
)
def test_any_stretch_of_a_session_can_be_read(start: int, size: int) -> None:
    data = content(50_000)
    assert read(linked(FakeBand({MONDAY: data})), start, size) == data[start:size]


@pytest.mark.parametrize("size", [0, 1, 229, 230, 231, 5000])
def test_pull_brings_the_whole_session(size: int) -> None:
    data = content(size)
    assert linked(FakeBand({MONDAY: b"other", TUESDAY: data})).pull(TUESDAY) == data


def test_pull_tells_how_far_it_is() -> None:
    shares: list[float] = []
    linked(FakeBand({MONDAY: content(1000)})).pull(MONDAY, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_pull_reads_again_what_does_not_match_the_band_s_hash() -> None:
    band = FakeBand({MONDAY: content(500)})
    answer = band._of_session

    def once_wrong(kind: int, payload: bytes) -> tuple[int, bytes]:
        kind_back, told = answer(kind, payload)
        wrong = band.requests.count(messages.HASH) == 1 and kind == messages.HASH
        return kind_back, told[:-1] + bytes((told[-1] ^ 1,)) if wrong else told

    band._of_session = once_wrong  # type: ignore[method-assign]
    assert linked(band).pull(MONDAY) == content(500)
    assert band.requests.count(messages.HASH) == 2


def test_pull_gives_up_when_the_hash_never_matches() -> None:
    band = FakeBand({MONDAY: content(50)})
    link = linked(band)
    link.hash = lambda _id, _length: 64 * "0"  # type: ignore[method-assign]
    with pytest.raises(Garbled, match="3 times"):
        link.pull(MONDAY)


def test_pull_does_not_believe_in_a_file_that_is_larger_than_flash() -> None:
    band = FakeBand()
    entry = struct.pack(messages.ENTRY_FORMAT, bytes.fromhex(MONDAY), (2 << 20) + 1, 0)
    band._page = lambda _payload: struct.pack("<H", 1) + entry  # type: ignore[method-assign]
    with pytest.raises(Garbled, match="2097153 bytes"):
        linked(band).pull(MONDAY)
    assert messages.READ not in band.requests


def test_pull_does_not_wait_for_bytes_that_never_come() -> None:
    band = FakeBand({MONDAY: content(500)})
    band._answers = (
        lambda kind, payload: [  # type: ignore[method-assign]
            (kind | 128, payload[8:12]) if kind == messages.READ else band._answer(kind, payload)
        ]
    )
    with pytest.raises(Garbled):
        linked(band).pull(MONDAY)
    assert band.requests.count(messages.READ) == 3


def test_pull_does_not_take_a_part_in_each_patience_for_ever() -> None:
    band = FakeBand({MONDAY: bytes(100_000)})
    say = band.say
    band.say = lambda data, after_s=0.0: say(data, 0.9 * len(band._coming) + after_s)  # type: ignore[method-assign]
    with pytest.raises(Silent, match="too slowly"):
        linked(band).pull(MONDAY)
    assert band.clock.now < 320


@pytest.mark.parametrize("name", ["", "../../etc/passwd", MONDAY.upper(), MONDAY + "0", "١" * 16, MONDAY + "\n"])
def test_nothing_but_16_hexadecimal_digits_is_a_session(name: str) -> None:
    band = FakeBand({MONDAY: b""})
    with pytest.raises(Refused) as caught:
        linked(band).pull(name)
    assert caught.value.reason == messages.NO_SUCH_SESSION
    assert band.requests == []


def test_a_session_that_the_band_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(Refused, match=TUESDAY):
        linked(FakeBand({MONDAY: b""})).pull(TUESDAY)


@pytest.mark.parametrize(
    ("reason", "words"),
    [(messages.BEYOND_END, "beyond the end"), (messages.FAILED, "failed"), (0, "reason 0"), (77, "reason 77")],
)
def test_a_refusal_says_why(reason: int, words: str) -> None:
    band = FakeBand()
    band._answer = lambda kind, _: (messages.REFUSED, bytes((reason, kind)))  # type: ignore[method-assign]
    with pytest.raises(Refused, match=words) as caught:
        linked(band).hello()
    assert caught.value.reason == reason
    assert len(band.requests) == 1


def test_a_band_that_is_busy_is_asked_again() -> None:
    band = FakeBand(busy=20)
    assert linked(band).hello().uid == UID
    assert len(band.requests) == 21


def test_a_band_that_stays_busy_is_let_be_after_the_patience() -> None:
    band = FakeBand(busy=10**9)
    with pytest.raises(Refused, match="busy") as caught:
        linked(band, patience_s=2.0).hello()
    assert caught.value.reason == messages.BUSY
    assert 6.0 <= band.clock.now < 6.1


def test_a_refusal_of_something_else_is_passed_over() -> None:
    band = FakeBand()
    link = linked(band)
    band.say(packed(messages.REFUSED, link._talk._number + 1, bytes((messages.FAILED, messages.READ))))
    assert link.hello().uid == UID


def test_an_answer_to_another_request_is_passed_over() -> None:
    band = FakeBand()
    link = linked(band)
    stale = replace(band, hello={**band.hello, "app": "0.0.1"})
    stale.write(b"\0" + packed(messages.HELLO, link._talk._number, b""))
    band.say(stale.read(1.0))
    assert link.hello().app == "0.1.0"


def test_a_late_answer_counts_for_the_repetition() -> None:
    band = FakeBand(line=Line(delay=1.0, delay_s=2.5))
    assert linked(band).hello().uid == UID
    assert len(band.requests) == 3


def test_text_of_the_prompt_is_passed_over() -> None:
    band = FakeBand()
    band.say(b"MPY: soft reboot\r\nTraceback (most recent call last):\r\n" * 30)
    assert linked(band).hello().uid == UID
    assert len(band.requests) == 2  # the first answer came right behind the text: nothing told where it began


def test_half_a_request_of_somebody_else_spoils_none_of_ours() -> None:
    band = FakeBand()
    band.write(packed(messages.STATUS, 9, b"")[:4])
    linked(band).hello()
    assert band.requests == [messages.HELLO]


@pytest.mark.parametrize("first", range(32, 256, 17))
def test_numbers_are_no_control_characters(first: int) -> None:
    band = FakeBand()
    link = linked(band)
    link._talk._number = first
    for _ in range(300):
        link.status()
        assert 32 <= link._talk._number <= 255
    assert len(band.requests) == 300


def test_no_hello_has_a_ctrl_c_that_would_stop_a_band_which_is_starting() -> None:
    band = FakeBand()
    link = linked(band)
    for _ in range(300):
        link.hello()
    assert band.heard
    assert b"\x03" not in band.heard


def test_a_silent_band_is_asked_three_times_within_the_patience() -> None:
    band = FakeBand(line=Line(lose=1.0))
    with pytest.raises(Silent, match="HELLO"):
        linked(band, patience_s=2.0).hello()
    assert band.requests == [messages.HELLO] * 3
    assert band.clock.now == pytest.approx(6.0)


def test_nothing_but_damage_is_garbled_not_silent() -> None:
    with pytest.raises(Garbled):
        linked(FakeBand(line=Line(garble=1.0))).hello()


def test_a_hash_is_given_time_by_its_length() -> None:
    band = FakeBand({MONDAY: content(1 << 16)}, Line(delay=1.0, delay_s=4.5))
    linked(band).hash(MONDAY, 1 << 16)
    assert band.requests == [messages.HASH]


@pytest.mark.parametrize(
    "change",
    [
        {"uid": "../../../../home"},
        {"uid": UID.upper()},
        {"uid": 17},
        {"app": None},
        {"safe_mode": 0},
        {"free_bytes": -1},
        {"free_bytes": True},
        {"boot_ms": 1e300},
        {"boot_ms": 1 << 32},
        {"protocol": "1"},
    ],
)
def test_a_hello_that_makes_no_sense_is_garbled(change: dict[str, object]) -> None:
    band = FakeBand()
    band.hello |= change
    with pytest.raises(Garbled):
        linked(band).hello()


@pytest.mark.parametrize("payload", [b"", b"[]", b"7", b"\xff", b'{"protocol": 1', b"[" * 230, b"NaN", b'{"uid": 1}'])
def test_a_hello_that_is_no_object_is_garbled(payload: bytes) -> None:
    band = FakeBand()
    band._answer = lambda kind, _: (kind | 128, payload)  # type: ignore[method-assign]
    with pytest.raises(Garbled):
        linked(band).hello()


def test_a_band_of_another_protocol_is_told_at_once() -> None:
    band = FakeBand()
    band.hello = {"protocol": 2, "who": "knows"}
    with pytest.raises(WrongProtocol, match="protocol 2"):
        linked(band).hello()
    assert len(band.requests) == 1


def test_what_a_band_says_about_itself_cannot_steer_a_terminal() -> None:
    band = FakeBand()
    band.hello["app"] = "1\x1b[2J\n\u202ex"
    assert linked(band).hello().app.isprintable()


def test_samples_come_as_they_are_sent() -> None:
    band = FakeBand()
    link = linked(band)
    link.stream(True)
    for number in range(300):
        band.say_sample(number, 2 * number)
    found = list(itertools.islice(link.samples(), 300))
    assert [sample.block for sample in found] == list(range(0, 600, 2))
    assert found[257] == Sample(1, 514, 500, 500, 0, 0, 1234)


def test_samples_that_come_while_an_answer_is_awaited_are_kept() -> None:
    band = FakeBand()
    link = linked(band)
    link.stream(True)
    band.say_sample(0, 10)
    link.status()
    band.say_sample(1, 12)
    assert [sample.block for sample in itertools.islice(link.samples(), 2)] == [10, 12]


def test_samples_of_an_earlier_stream_are_forgotten() -> None:
    band = FakeBand()
    link = linked(band)
    band.say_sample(0, 10)
    link.status()
    link.stream(True)
    band.say_sample(1, 12)
    assert next(link.samples()).block == 12


def test_a_stream_that_dries_up_is_silent() -> None:
    band = FakeBand()
    link = linked(band)
    link.stream(True)
    band.say(b"\0garbage\0" * 5)
    with pytest.raises(Silent):
        next(link.samples(timeout_s=0.5))


def test_samples_of_the_wrong_length_are_passed_over() -> None:
    band = FakeBand()
    link = linked(band)
    band.say(packed(messages.SAMPLE, 0, b"short"))
    band.say_sample(1, 12)
    assert next(link.samples()).number == 1


def test_repl_ends_the_app() -> None:
    band = FakeBand()
    linked(band).repl()
    assert band.left


def test_a_prompt_is_as_good_as_the_answer_to_repl() -> None:
    band = FakeBand(line=Line(lose=1.0))
    band.say(b"\r\nMicroPython v1.24.1\r\n>>> ", after_s=0.1)
    linked(band).repl()
    assert band.requests == [messages.REPL]


def test_reset_expects_the_port_to_vanish() -> None:
    band = FakeBand(line=Line(lose=1.0), unplugged_after=1)
    linked(band).reset()
    assert band.requests == [messages.RESET]


def test_unplugging_is_told_from_silence() -> None:
    with pytest.raises(Unplugged):
        linked(FakeBand(unplugged_after=0)).status()


@pytest.mark.parametrize("text", [b"\r\n>>> ", b"raw REPL; CTRL-B to exit\r\n>"])
def test_a_prompt_instead_of_an_app_is_told_and_left_as_it_was(text: bytes) -> None:
    band = FakeBand(line=Line(lose=1.0))
    band.say(text)
    with pytest.raises(Silent, match="prompt") as caught:
        linked(band).hello()
    assert "buzzband flash" in caught.value.hint
    assert band.requests == [messages.HELLO]
    assert band.heard.endswith(b"\x02")


def test_a_prompt_inside_a_session_is_not_taken_for_one() -> None:
    band = FakeBand({MONDAY: b">>> " * 20})
    link = linked(band)
    read(link, 0, 80)
    band.line.lose = 1.0
    with pytest.raises(Silent, match="does not answer"):
        link.status()


@pytest.mark.parametrize("seed", range(8))
def test_a_session_comes_whole_over_a_bad_line(seed: int) -> None:
    data = content(5000, seed)
    line = Line(lose=0.1, garble=0.1, double=0.1, delay=0.1, delay_s=1.5, seed=seed)
    link = Link((band := FakeBand({MONDAY: data}, line)), attempts=8, clock=band.clock)
    assert link.pull(MONDAY) == data


@pytest.mark.parametrize("after", range(1, 3))
def test_unplugging_at_any_request_of_a_pull_is_told(after: int) -> None:
    band = FakeBand({MONDAY: content(2000)}, unplugged_after=after)
    with pytest.raises(Unplugged):
        linked(band).pull(MONDAY)


def test_unplugging_at_any_byte_of_a_session_is_told_and_what_came_before_is_what_the_band_has() -> None:
    data = content(1000)
    for at in range(1, 1060):
        got = bytearray()
        with pytest.raises(Unplugged):
            linked(FakeBand({MONDAY: data}, unplugged_at=at)).read_session(MONDAY, 0, 1000, got.extend)
        assert data.startswith(got)
        assert len(got) == at // 242 * 230


def test_reading_goes_on_where_it_was_broken_off() -> None:
    data = content(40_000)
    got = bytearray()
    with pytest.raises(Unplugged):
        linked(FakeBand({MONDAY: data}, unplugged_at=30_000)).read_session(MONDAY, 0, 40_000, got.extend)
    assert 25_000 < len(got) < 30_000
    linked(FakeBand({MONDAY: data})).read_session(MONDAY, len(got), 40_000, got.extend)
    assert got == data


def test_two_requests_are_in_flight_and_never_more() -> None:
    band = FakeBand({MONDAY: content(80_000)})
    asked_at: list[int] = []
    linked(band).read_session(MONDAY, 0, 80_000, lambda _: asked_at.append(len(band.requests)))
    answers = -(-16384 // 230)
    assert asked_at[0] == 2
    assert [asked_at[answers * n - 1] for n in (1, 2, 3)] == [2, 3, 4]
    assert asked_at[-1] == len(band.requests) == 5


@pytest.mark.parametrize("lost", [0, 1, 35, 71, 72, 142])
def test_a_part_that_is_lost_is_asked_for_again(lost: int) -> None:
    band = FakeBand({MONDAY: content(32_768)})
    carried, count = band.line.carried, itertools.count()
    band.line.carried = lambda wire: [] if next(count) == lost else carried(wire)  # type: ignore[method-assign]
    assert read(linked(band), 0, 32_768) == content(32_768)


def test_parts_that_come_twice_count_once() -> None:
    band = FakeBand({MONDAY: content(5000)}, Line(double=1.0))
    assert read(linked(band), 0, 5000) == content(5000)
    assert band.requests == [messages.READ]


def test_what_take_raises_ends_it_and_the_link_is_as_good_as_before() -> None:
    band = FakeBand({MONDAY: content(50_000)})
    link = linked(band)

    def full(_data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="space"):
        link.read_session(MONDAY, 0, 50_000, full)
    assert link.hello().uid == UID
    assert read(link, 0, 50_000) == content(50_000)


def test_a_band_that_has_become_busy_is_asked_again_where_it_stopped() -> None:
    band = FakeBand({MONDAY: content(50_000)})
    got = bytearray()

    def take(data: bytes) -> None:
        band.busy = 9 if len(got) == 16_330 else 0
        got.extend(data)

    linked(band).read_session(MONDAY, 0, 50_000, take)
    assert got == content(50_000)


def test_a_band_that_stays_busy_is_not_read_for_ever() -> None:
    band = FakeBand({MONDAY: content(500)}, busy=10**9)
    with pytest.raises(Refused, match="busy"):
        read(linked(band), 0, 500)
    assert 3.0 <= band.clock.now < 3.1


def test_a_session_that_is_larger_than_flash_is_not_read() -> None:
    band = FakeBand()
    for ask in (
        lambda: read(linked(band), 0, (2 << 20) + 1),
        lambda: linked(band).hash(MONDAY, 1 << 31),
        lambda: linked(band).delete(MONDAY, 1 << 31, 64 * "0"),
    ):
        with pytest.raises(Garbled, match="more than its flash"):
            ask()
    assert band.requests == []


def test_sessions_that_together_are_larger_than_flash_are_not_believed() -> None:
    band = FakeBand()
    entry = struct.pack("<I", 1 << 20)
    told = b"".join(struct.pack("<Q", name) + entry + b"\0" for name in range(3))
    band._page = lambda _payload: struct.pack("<H", 3) + told  # type: ignore[method-assign]
    with pytest.raises(Garbled, match="together have 3145728 bytes"):
        linked(band).sessions()


def test_a_session_that_goes_on_is_told_from_others() -> None:
    band = FakeBand({MONDAY: b"1", TUESDAY: b"2"}, running={TUESDAY})
    assert linked(band).sessions() == (Entry(MONDAY, 1, False), Entry(TUESDAY, 1, True))


def test_a_hash_is_told_in_hexadecimal_digits() -> None:
    assert linked(FakeBand({MONDAY: b"abcdef"})).hash(MONDAY, 3) == sha256(b"abc").hexdigest()


def test_a_session_is_removed_that_is_what_it_was() -> None:
    band = FakeBand({MONDAY: b"abc", TUESDAY: b"def"})
    linked(band).delete(MONDAY, 3, sha256(b"abc").hexdigest())
    assert list(band.sessions) == [TUESDAY]


@pytest.mark.parametrize(
    ("session_id", "size", "data", "reason"),
    [
        (MONDAY, 3, b"abd", messages.MISMATCH),
        (MONDAY, 2, b"ab", messages.MISMATCH),
        (TUESDAY, 3, b"def", messages.IN_USE),
        ("0" * 16, 3, b"abc", messages.NO_SUCH_SESSION),
    ],
)
def test_any_other_session_stays(session_id: str, size: int, data: bytes, reason: int) -> None:
    band = FakeBand({MONDAY: b"abc", TUESDAY: b"def"}, running={TUESDAY})
    with pytest.raises(Refused) as caught:
        linked(band).delete(session_id, size, sha256(data).hexdigest())
    assert caught.value.reason == reason
    assert len(band.sessions) == 2


def test_a_removal_whose_answer_was_lost_has_been_made() -> None:
    band = FakeBand({MONDAY: b"abc"})
    carried, count = band.line.carried, itertools.count()
    band.line.carried = lambda wire: carried(wire) if next(count) else []  # type: ignore[method-assign]
    linked(band).delete(MONDAY, 3, sha256(b"abc").hexdigest())
    assert band.requests == [messages.DELETE] * 2


def test_the_time_is_told_as_it_is_when_the_request_is_sent() -> None:
    band = FakeBand(line=Line(delay=1.0, delay_s=0.2))
    band.clock.now = 5.0
    found = linked(band).tell_time(1_700_000_000_000)
    assert found == Mark(7, 5205, 1_700_000_000_205, 205)


def test_a_time_whose_answer_was_lost_is_told_anew() -> None:
    band = FakeBand()
    carried, count = band.line.carried, itertools.count()
    band.line.carried = lambda wire: [] if next(count) == 1 else carried(wire)  # type: ignore[method-assign]
    found = linked(band).tell_time(1_700_000_000_000)
    assert found == Mark(7, 1005, 1_700_000_001_005, 5)


def test_a_late_answer_makes_no_mark() -> None:
    band = FakeBand()
    carried, count = band.line.carried, itertools.count()
    band.line.carried = lambda wire: [(0.999 if next(count) == 1 else 0.0, w) for _, w in carried(wire)]  # type: ignore[method-assign]
    found = linked(band, patience_s=0.5).tell_time(1_700_000_000_000)
    assert found.utc_ms - 1_700_000_000_000 == found.t_ms > 500


def test_a_clock_that_no_band_has_is_garbled() -> None:
    band = FakeBand(boot=1)
    band.clock.now = 1 << 21
    with pytest.raises(Garbled):
        linked(band).tell_time(0)


def test_a_stream_of_bytes_without_end_does_not_keep_us() -> None:
    noise = Player(itertools.repeat(b"\xa5" * 4096))
    with pytest.raises(LinkError):
        Link(noise, clock=noise.clock).hello()
    assert noise.clock.now < 3.1


def test_settings_are_read_whole_from_several_pages() -> None:
    band = FakeBand(settings={"hold_s": 20, "wearer": "Zoë", "wearers": {"Zoë": {"tempo": "2-1-3"}, "Ben": {}}})
    found = linked(band).config()
    assert (found.values["tempo"], found.values["hold_s"], found.wearers) == ("2-1-3", 10, ("Ben", "Zoë"))
    assert band.requests.count(messages.CONFIG) > 1


def test_settings_that_change_while_they_are_read_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    band = FakeBand()
    answer = band._config

    def change_after_the_first_page(payload: bytes) -> tuple[int, bytes]:
        told = answer(payload)
        if len(band.requests) == 1:
            band.settings = {"tempo": "2-1-3", "signature": [1, 2, 3]}
        return told

    monkeypatch.setattr(band, "_config", change_after_the_first_page)
    assert linked(band).config().values["signature"] == [1, 2, 3]


@pytest.mark.parametrize(
    "told",
    [
        b"[]", b"{}", b'{"values": []}', b'{"values": {}, "wearers": [1], "problems": []}',
        b'{"values": {"a": {}}, "wearers": [], "problems": []}', b'{"values": {}, "wearers": []}', b"\xff\xff",
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_garbled(monkeypatch: pytest.MonkeyPatch, told: bytes) -> None:
    band = FakeBand()
    monkeypatch.setattr(band, "_told", lambda _: told)
    with pytest.raises(Garbled):
        linked(band).config()


def test_what_a_band_says_in_its_settings_cannot_steer_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    band = FakeBand()
    told = json.dumps({"values": {"wearer": "\x1b[2JAnna"}, "wearers": ["\u202eBen"], "problems": ["\x07"]}).encode()
    monkeypatch.setattr(band, "_told", lambda _: told)
    found = linked(band).config()
    assert "\x1b" not in str(found.values) + str(found.wearers) + str(found.problems)
    assert "\u202e" not in found.wearers[0]


@pytest.mark.parametrize(
    "line", [Line(lose=0.2, seed=4), Line(garble=0.2, seed=5), Line(double=0.5, delay=0.3, delay_s=0.4)]
)
def test_a_change_in_parts_arrives_over_a_bad_line(line: Line) -> None:
    band = FakeBand(line=line)
    link = Link(band, attempts=12, clock=band.clock)
    changes = {"wearers": {f"Wearer {number}": {"signature": [-1000000] * 12} for number in range(4)}}
    link.change(changes)
    assert link.config().wearers == tuple(changes["wearers"])
    assert band.settings["wearers"] == changes["wearers"]


def test_an_app_that_does_not_know_settings_is_told_from_one_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    band = FakeBand()
    monkeypatch.setattr(band, "_config", lambda _: (messages.REFUSED, bytes((messages.UNKNOWN_KIND, messages.CONFIG))))
    with pytest.raises(Refused, match="unknown kind") as caught:
        linked(band).config()
    assert "flash" in caught.value.hint
