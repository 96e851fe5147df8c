"""The band's own server and the host's link, in one process: both read the contract alike."""

import itertools
import struct
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzband.errors import LinkError, Refused, Silent
from buzzband.transports.frame_reader import FrameReader, packed
from buzzband.transports.link import Link
from buzzband.transports.replies import Changed, Entry, Sample
from buzzband_fw.link import messages
from buzzband_fw.link.server import Server
from buzzband_fw.store.schema import NEXT_SESSION, SCHEMA
from buzzband_fw.store.settings import load
from link.served import BYTES_PER_POLL, ServedBand, Wire
from transports.fake_band import MONDAY, TUESDAY, UID, content


@pytest.fixture
def wire() -> Wire:
    return Wire()


def served(wire: Wire, folder: Path, **sessions: bytes) -> tuple[Link, Server, ServedBand]:
    band = ServedBand(folder, {name.removeprefix("s"): data for name, data in sessions.items()})
    wire.server = Server(wire, band)
    return Link(wire, clock=wire.clock), wire.server, band


def test_hello_and_status_are_understood(wire: Wire, tmp_path: Path) -> None:
    link, _, _ = served(wire, tmp_path)
    assert link.hello().uid == UID
    assert (link.status().state, link.status().permille) == (1, 0x0101)


@pytest.mark.parametrize("count", [0, 1, 18, 19, 50])
def test_sessions_are_listed(wire: Wire, tmp_path: Path, count: int) -> None:
    stored = {f"s{number:016x}": bytes(number) for number in range(count)}
    link, _, _ = served(wire, tmp_path, **stored)
    assert link.sessions() == tuple(Entry(f"{number:016x}", number, False) for number in range(count))


@pytest.mark.parametrize("size", [0, 1, 230, 231, 5000])
def test_a_session_comes_whole(wire: Wire, tmp_path: Path, size: int) -> None:
    link, server, _ = served(wire, tmp_path, **{f"s{MONDAY}": content(size), f"s{TUESDAY}": b"other"})
    assert link.pull(MONDAY) == content(size)
    server.close()


def test_refusals_are_understood(wire: Wire, tmp_path: Path) -> None:
    link, server, _ = served(wire, tmp_path, **{f"s{MONDAY}": b"1234"})
    for ask, reason in (
        (lambda: link.read_session(TUESDAY, 0, 10, print), messages.NO_SUCH_SESSION),
        (lambda: link.read_session(MONDAY, 1, 5, print), messages.BEYOND_END),
        (lambda: link.hash(MONDAY, 5), messages.BEYOND_END),
        (lambda: link._ask(messages.READ, b"short", bytes), messages.BAD_PAYLOAD),
        (lambda: link._ask(messages.DELETE, b"short", bytes), messages.BAD_PAYLOAD),
        (lambda: link._ask(messages.TIME, b"short", bytes), messages.BAD_PAYLOAD),
    ):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.reason == reason
    server.close()


def test_requests_in_flight_are_answered_in_order(wire: Wire, tmp_path: Path) -> None:
    _, server, _ = served(wire, tmp_path, **{f"s{MONDAY}": content(1000)})
    for number, (offset, length) in enumerate(((0, 500), (500, 500), (0, 0)), 40):
        wire.write(
            packed(messages.READ, number, struct.pack(messages.READ_FORMAT, bytes.fromhex(MONDAY), offset, length))
        )
    wire.write(packed(messages.STATUS, 50, b""))
    reader = FrameReader(wire, wire.clock)
    found = [reader.next(wire.clock.now + 1) for _ in range(8)]
    parts = [(0, 230), (230, 230), (460, 40), (500, 230), (730, 230), (960, 40), (0, 0)]
    assert [frame.number for frame in found if frame] == [40, 40, 40, 41, 41, 41, 42, 50]
    assert [frame.payload for frame in found[:7] if frame] == [
        struct.pack("<I", offset) + content(1000)[offset : offset + size] for offset, size in parts
    ]
    server.close()


def test_a_band_that_becomes_busy_breaks_a_read_off_and_says_so(wire: Wire, tmp_path: Path) -> None:
    _, server, band = served(wire, tmp_path, **{f"s{MONDAY}": content(1000)})
    wire.write(packed(messages.READ, 40, struct.pack(messages.READ_FORMAT, bytes.fromhex(MONDAY), 0, 1000)))
    while not wire.to_host:
        server.poll(BYTES_PER_POLL)
    band.clear = False
    reader = FrameReader(wire, wire.clock)
    found = [reader.next(wire.clock.now + 1) for _ in range(3)]  # the second was made already
    assert [frame.kind for frame in found if frame] == [messages.READ | messages.ANSWER] * 2 + [messages.REFUSED]
    assert found[2] is not None
    assert found[2].payload == bytes((messages.BUSY, messages.READ))
    assert reader.next(wire.clock.now + 1) is None
    server.close()


def test_a_file_that_is_shorter_than_it_was_is_a_failure(wire: Wire, tmp_path: Path) -> None:
    link, server, band = served(wire, tmp_path, **{f"s{MONDAY}": content(100)})
    band.session_size = lambda _id: 1000  # type: ignore[method-assign]
    for ask in (lambda: link.read_session(MONDAY, 0, 1000, print), lambda: link.hash(MONDAY, 1000)):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.reason == messages.FAILED
    assert link.hello().uid == UID
    server.close()


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 5000])
def test_a_session_is_hashed_and_removed_that_is_what_it_was(wire: Wire, tmp_path: Path, size: int) -> None:
    link, _, _ = served(wire, tmp_path, **{f"s{MONDAY}": content(size), f"s{TUESDAY}": b"other"})
    assert link.hash(MONDAY, size // 2) == sha256(content(size)[: size // 2]).hexdigest()
    link.delete(MONDAY, size, sha256(content(size)).hexdigest())
    assert link.sessions() == (Entry(TUESDAY, 5, False),)


@pytest.mark.parametrize(
    ("size", "data", "opened", "resting", "reason"),
    [
        (4, b"1235", False, True, messages.MISMATCH),
        (3, b"123", False, True, messages.MISMATCH),
        (5, b"12345", False, True, messages.MISMATCH),
        (4, b"1234", True, True, messages.IN_USE),
        (4, b"1234", False, False, messages.BUSY),
    ],
)
def test_any_other_session_stays(
    wire: Wire, tmp_path: Path, size: int, data: bytes, opened: bool, resting: bool, reason: int
) -> None:
    link, server, band = served(wire, tmp_path, **{f"s{MONDAY}": b"1234"})
    band.open, band.resting = {MONDAY} if opened else set(), resting
    with pytest.raises(Refused) as caught:
        link.delete(MONDAY, size, sha256(data).hexdigest())
    assert caught.value.reason == reason
    assert link.sessions() == (Entry(MONDAY, 4, opened),)
    server.close()


def test_a_session_of_which_small_files_are_left_is_not_over(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path, **{f"s{MONDAY}": b"1234"})
    band.left = {MONDAY}
    assert link.sessions() == (Entry(MONDAY, 4, True),)
    with pytest.raises(Refused) as caught:
        link.delete(MONDAY, 4, sha256(b"1234").hexdigest())
    assert caught.value.reason == messages.IN_USE


def test_a_session_that_goes_on_again_while_it_is_hashed_stays(wire: Wire, tmp_path: Path) -> None:
    _, server, band = served(wire, tmp_path, **{f"s{MONDAY}": content(5000)})
    request = struct.pack(messages.DELETE_FORMAT, bytes.fromhex(MONDAY), 5000, sha256(content(5000)).digest())
    wire.write(packed(messages.DELETE, 40, request))
    for _ in range(len(request)):
        server.poll(BYTES_PER_POLL)
        band.open = {MONDAY} if server._sessions.kind else band.open
    assert wire.read(0.1) == b"\0" + packed(messages.REFUSED, 40, bytes((messages.IN_USE, messages.DELETE)))
    assert (tmp_path / MONDAY).exists()
    server.close()


def test_the_band_is_told_the_time_and_tells_its_own(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path)
    found = link.tell_time(1_700_000_000_000)
    assert (found.t_ms, found.boot) == (4321, 9)
    assert band.moments == [(found.utc_ms, band.moments[0][1])]


def test_settings_are_told_page_by_page(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path)
    found = link.config()
    assert list(found.values) == list(SCHEMA)
    assert (found.values, found.wearers, found.problems) == (band.settings.values, (), ())
    assert link.config("exercise").values == {"exercise": "custom"}


@pytest.mark.parametrize("name", ["colour", "wearers", "\ud7ff", "e" * 200])
def test_a_setting_that_there_is_not_is_a_bad_payload(wire: Wire, tmp_path: Path, name: str) -> None:
    link, _, _ = served(wire, tmp_path)
    with pytest.raises(Refused) as caught:
        link.config(name)
    assert caught.value.reason == messages.BAD_PAYLOAD


def test_settings_are_changed_and_saved(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path)
    assert link.change({"hold_s": 20, "tempo": "2-1-3"}) == Changed(2, NEXT_SESSION)
    assert (band.settings.hold_s, load(tmp_path / "settings.json").tempo) == (20, "2-1-3")


@pytest.mark.parametrize("count", [1, 5])
def test_a_change_that_takes_several_frames_is_made_at_once(wire: Wire, tmp_path: Path, count: int) -> None:
    link, server, band = served(wire, tmp_path)
    theirs = {"signature": [-1000000] * 9, "exercise": "good-morning"}
    names = [f"Wearer number {number}" for number in range(count)]
    link.change({"wearers": dict.fromkeys(names, theirs), "wearer": names[-1]})
    assert (list(link.config().wearers), band.settings.signature) == (names, theirs["signature"])
    server.poll(1)


def test_more_changes_than_the_band_takes_are_not_sent(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path)
    with pytest.raises(Refused):
        link.change({"wearers": {str(number): {"signature": [-1000000] * 16} for number in range(8)}})
    assert band.settings.wearers == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target_permille": 3000, "hold_s": 20}, ("target_permille", "50 to 2000")),
        ({"exercise": "dance", "hold_s": 20}, ("exercise", "good-morning, hinge")),
        ({"tempo": "fast", "hold_s": 20}, ("tempo",)),
        ({"colour\x1b" + 300 * "x": 1, "hold_s": 20}, ("colour",)),
    ],
)
def test_a_refused_change_names_the_setting_and_its_range_and_changes_nothing(
    wire: Wire, tmp_path: Path, changes: dict[str, object], words: tuple[str, ...]
) -> None:
    link, _, band = served(wire, tmp_path)
    with pytest.raises(Refused) as caught:
        link.change(changes)
    assert caught.value.reason == messages.WRONG_SETTING
    assert all(word in str(caught.value) for word in words)
    assert "\x1b" not in str(caught.value)
    assert (band.settings.hold_s, list(tmp_path.iterdir())) == (10, [])


def test_settings_are_written_only_while_no_cue_can_be_due(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path)
    band.resting = False
    assert link.config().values["hold_s"] == 10
    with pytest.raises(Refused) as caught:
        link.change({"hold_s": 20})
    assert (caught.value.reason, band.settings.hold_s) == (messages.BUSY, 10)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", messages.BAD_PAYLOAD),
        (b"\x00\x00", messages.BAD_PAYLOAD),
        (b"\x03\x00\x00{}", messages.BAD_PAYLOAD),
        (b"\x02\x00\x00", messages.BAD_PAYLOAD),
        (b"\x02\x00\x00[1]", messages.BAD_PAYLOAD),
        (b"\x02\x00\x00{\xff}", messages.BAD_PAYLOAD),
        (b"\x02\x00\x00" + b"[" * 200, messages.BAD_PAYLOAD),
        (b"\x02\x01\x00{}", messages.BEYOND_END),
        (b"\x01\xff\xff{", messages.BEYOND_END),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(wire: Wire, tmp_path: Path, payload: bytes, reason: int) -> None:
    served(wire, tmp_path)
    wire.write(packed(messages.CONFIG, 40, payload))
    assert wire.read(0.1) == b"\0" + packed(messages.REFUSED, 40, bytes((reason, messages.CONFIG)))


def test_the_same_part_twice_does_no_harm(wire: Wire, tmp_path: Path) -> None:
    _, _, band = served(wire, tmp_path)
    for payload in (
        b'\x01\x00\x00{"hold_s"',
        b"\x01\x09\x00: 20",
        b"\x01\x09\x00: 20",
        b"\x02\x0d\x00}",
        b"\x02\x0d\x00}",
    ):
        wire.write(packed(messages.CONFIG, 40, payload))
        wire.read(0.1)
    assert band.settings.hold_s == 20


def test_a_kind_that_the_server_does_not_know_is_refused_by_its_number(wire: Wire, tmp_path: Path) -> None:
    served(wire, tmp_path)
    wire.write(packed(99, 40, b"later"))
    refused = packed(messages.REFUSED, 40, bytes((messages.UNKNOWN_KIND, 99)))
    assert wire.read(0.1) == b"\0" + refused  # the zero ends what MicroPython may have printed


def test_a_band_that_may_have_to_buzz_is_busy_until_it_may_not(wire: Wire, tmp_path: Path) -> None:
    link, _, band = served(wire, tmp_path)
    band.clear = False
    with pytest.raises(Refused) as caught:
        link.hello()
    assert caught.value.reason == messages.BUSY
    band.clear = True
    assert link.hello().uid == UID


def test_samples_are_understood(wire: Wire, tmp_path: Path) -> None:
    link, server, _ = served(wire, tmp_path)
    link.stream(True)
    for block in range(3):
        server.word = 1
        server.sample(2 * block, 500, 400, 8, 1234)
    assert list(itertools.islice(link.samples(), 2)) == [Sample(n, 2 * n, 500, 400, 8, 1, 1234) for n in range(2)]
    link.stream(False)
    assert not server.streaming


@pytest.mark.parametrize(("ask", "kind"), [(Link.repl, messages.REPL), (Link.reset, messages.RESET)])
def test_the_app_is_told_to_end(wire: Wire, tmp_path: Path, ask: "type[Link.repl]", kind: int) -> None:
    link, server, _ = served(wire, tmp_path)
    ask(link)
    assert server.leave == kind


def test_an_answer_waits_until_the_port_takes_it(wire: Wire, tmp_path: Path) -> None:
    link, _, _ = served(wire, tmp_path)
    wire.ready = False
    with pytest.raises(Silent):
        link.hello()
    wire.ready = True
    assert link.hello().uid == UID


def test_what_mpremote_sends_first_ends_the_app_even_after_half_a_frame(wire: Wire, tmp_path: Path) -> None:
    _, server, _ = served(wire, tmp_path)
    wire.write(packed(messages.READ, 40, bytes(13))[:7] + b"\0\r\x03")
    wire.read(0.1)
    assert server.leave == messages.REPL


@given(st.integers(0, 65535), st.integers(32, 255))
def test_no_request_begins_as_what_mpremote_sends_first(index: int, number: int) -> None:
    assert messages.LIST == 3  # Ctrl-C: the only kind that could follow a carriage return
    assert not packed(messages.LIST, number, index.to_bytes(2, "little")).startswith(b"\r")


payloads = st.one_of(
    st.binary(max_size=messages.PAYLOAD_MAX),
    st.builds(
        lambda name, offset, rest: bytes.fromhex(name) + struct.pack("<I", offset) + rest,
        st.sampled_from((MONDAY, TUESDAY)),
        st.sampled_from((0, 1, 999, 1000, 1001, (1 << 32) - 1)),
        st.sampled_from((b"", b"\0\0", b"\xe8\x03", b"\xff\xff", bytes(32), sha256(content(1000)).digest())),
    ),
)
kinds = st.sampled_from([kind for kind in range(256) if kind not in (messages.REPL, messages.RESET)])
frames_of_all_kinds = st.builds(packed, kinds, st.integers(0, 255), payloads)
noise = st.one_of(
    st.binary(max_size=300),
    frames_of_all_kinds,
    st.builds(lambda wire, length: wire[:length], frames_of_all_kinds, st.integers(0, 250)),
    st.builds(lambda wire, count: wire * count, frames_of_all_kinds, st.integers(2, 9)),
)


@settings(max_examples=400, deadline=None)
@given(st.lists(noise, max_size=8))
def test_whatever_was_sent_before_the_server_answers(
    tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]
) -> None:
    wire = Wire()
    link, server, _ = served(wire, tmp_path_factory.mktemp("log"), **{f"s{MONDAY}": content(1000)})
    for sent in junk:
        wire.write(sent)
        wire.read(0.01)
    if server.leave is None:
        try:
            assert link.hello().uid == UID
        except LinkError:
            assert server.leave is not None
    server.close()
