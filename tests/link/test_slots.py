"""An app on its way into the other slot: the band's own server and the host's plan, and every message lost."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from buzzband.errors import Refused
from buzzband.packs import digest, manifest, new_pack, read_manifest, read_pack
from buzzband.services.update_plan import Send, in_frames, plan, resumed
from buzzband.transports.link import Link
from buzzband_fw.link import messages, updating
from buzzband_fw.link.server import Server
from link.test_conversation import BYTES_PER_POLL, ServedBand, Wire
from transports.fake_band import content

OLD = {f"core/m{number}": content(300 + 40 * number) for number in range(6)}
NEW = {**OLD, "core/m2": content(777), "link/added": content(10)}
OLDER = {**OLD, "core/m4": content(123)}


SERVERS: list[Server] = []  # with files open


class SlotBand(ServedBand):
    """A band with slots in the working directory."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, {})
        self.slot, self.on_trial, self.hindrance, self.braced, self.fault, self.block = "a", False, 0, 0, 0, 1000

    def obstacle(self) -> int:
        return self.hindrance

    def brace(self) -> None:
        self.braced += 1

    def blocks(self) -> int:
        return self.block

    def faults(self) -> int:
        return self.fault


class LossyWire(Wire):
    """A cable on which one message is lost: ``lost`` counts requests and answers in their order."""

    def __init__(self, lost: int = -1) -> None:
        super().__init__()
        self.lost = lost
        self.passed = 0

    def write(self, data: bytes | bytearray, length: int | None = None) -> None:
        is_frame = len(data) > 1 if length is None else length > 1
        number, self.passed = self.passed, self.passed + is_frame
        if not is_frame or number != self.lost:
            super().write(data, length)


@pytest.fixture(autouse=True)
def flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    while SERVERS:
        SERVERS.pop().close()


def packed(modules: dict[str, bytes]) -> bytes:
    return new_pack({f"buzzband_fw/{name}.mpy": data for name, data in modules.items()})


def served(wire: Wire, folder: Path) -> tuple[Link, SlotBand]:
    band = SlotBand(folder)
    wire.server = Server(wire, band)
    SERVERS.append(wire.server)
    return Link(wire, clock=wire.clock), band


def bring(link: Link, modules: dict[str, bytes]) -> None:
    """Do what a host does with a band that runs slot a."""
    size = link.slots.look("b").size
    there = link.slots.manifest("b", size)
    running = link.slots.manifest("a", link.slots.look("a").size)
    wanted = plan(modules, there, running)
    if not wanted.kept:
        if 0 < size <= len(wanted.image) and link.slots.prefix_sha256(size) == sha256(wanted.image[:size]).hexdigest():
            wanted = resumed(wanted, size)
        else:
            link.slots.empty()
    for step in in_frames(wanted.steps):
        if isinstance(step, Send):
            link.slots.write(step.offset, step.data)
        else:
            link.slots.copy(step.offset, step.start, step.size)
    link.slots.try_next(wanted.sha256)


def starts(there: dict[str, bytes] | None) -> None:
    Path("a.app").write_bytes(packed(OLD))
    Path("b.app").unlink(missing_ok=True)
    Path("slot.txt").unlink(missing_ok=True)
    if there is not None:
        Path("b.app").write_bytes(packed(there))


@pytest.mark.parametrize("there", [None, OLDER, {"core/other": b"x"}, NEW])
def test_whatever_was_there_the_other_slot_holds_the_app_and_is_on_trial(
    flash: Path, there: dict[str, bytes] | None
) -> None:
    starts(there)
    bring(served(Wire(), flash)[0], NEW)
    assert read_pack(Path("b.app").read_bytes()) == NEW
    assert (Path("slot.txt").read_text(), Path("a.app").read_bytes()) == ("b?", packed(OLD))


@pytest.mark.parametrize("there", [None, OLDER])
def test_every_message_may_be_lost(flash: Path, there: dict[str, bytes] | None) -> None:
    for lost in itertools.count():
        starts(there)
        wire = LossyWire(lost)
        bring(served(wire, flash)[0], NEW)
        assert read_pack(Path("b.app").read_bytes()) == NEW
        assert Path("slot.txt").read_text() == "b?"
        if lost >= wire.passed:
            break
    assert lost > 20


def test_what_was_cut_off_anywhere_goes_on_where_it_was(flash: Path) -> None:
    whole = packed(NEW)
    for size in (1, 500, 1700, len(whole) - 1):
        starts(None)
        Path("b.app").write_bytes(whole[:size])
        wire = LossyWire()
        bring(served(wire, flash)[0], NEW)
        assert Path("b.app").read_bytes() == whole
    assert wire.passed < 2 * 15  # of the last one only its end was sent


def flips() -> Iterator[tuple[int, int]]:
    size = len(packed(NEW))
    return ((at, 1 << at % 8) for at in range(0, size, 7))


def test_not_one_wrong_bit_is_tried(flash: Path) -> None:
    starts(None)
    whole = packed(NEW)
    sha256_of_all = read_manifest(whole[-1000:][whole[-1000:].index(b"\0core/m0") :]).sha256
    link, _ = served(Wire(), flash)
    for at, bit in flips():
        spoilt = bytearray(whole)
        spoilt[at] ^= bit
        Path("b.app").write_bytes(spoilt)
        link.slots.look("b")
        wire_band_forgets(link)
        with pytest.raises(Refused) as caught:
            link.slots.try_next(sha256_of_all)
        assert caught.value.reason in (messages.MISMATCH, messages.BEYOND_END)
        assert not Path("slot.txt").exists()


def wire_band_forgets(link: Link) -> None:
    """Let the band fall silent, so that it looks at its files anew."""
    wire = link._talk._stream
    assert isinstance(wire, Wire)
    assert wire.server is not None
    wire.server.forget_partial()


@pytest.mark.parametrize("reason", [messages.IN_USE, messages.BATTERY, messages.BUSY])
def test_what_stands_against_it_stands_against_every_step(flash: Path, reason: int) -> None:
    starts(OLDER)
    link, band = served(Wire(), flash)
    band.hindrance = reason
    slots = link.slots
    for ask in (
        slots.empty,
        lambda: slots.write(0, b"x"),
        lambda: slots.copy(0, 0, 9),
        lambda: slots.try_next(bytes(32)),
    ):
        with pytest.raises(Refused) as caught:
            ask()
        assert caught.value.reason == reason
    assert Path("b.app").read_bytes() == packed(OLDER)


def test_flash_is_written_only_once_the_motor_is_braced(flash: Path) -> None:
    starts(None)
    link, band = served(Wire(), flash)
    for ask in (link.slots.empty, lambda: link.slots.write(0, b"x"), lambda: link.slots.copy(1, 0, 9)):
        before = band.braced
        ask()
        assert band.braced > before


@pytest.mark.parametrize(
    ("block", "fault", "reason"),
    [
        (99, 0, messages.BUSY),
        (100, messages.RECORDER_FAILED, messages.FAILED),
        (100, messages.SAFE_MODE, messages.FAILED),
    ],
)
def test_an_app_that_is_not_well_is_not_confirmed(flash: Path, block: int, fault: int, reason: int) -> None:
    link, band = served(Wire(), flash)
    band.on_trial, band.block, band.fault = True, block, fault
    with pytest.raises(Refused) as caught:
        link.slots.confirm()
    assert (caught.value.reason, Path("slot.txt").exists()) == (reason, False)


@pytest.mark.parametrize(
    "request_payload",
    [
        b"",
        b"\x00",
        b"\x00\xff",
        b"\x00c",
        b"\x01a",
        b"\x01/\0\0\0\0",
        b"\x02",
        b"\x04",
        b"\x05abc",
        b"\x06abc",
        b"\x63",
    ],
)
def test_a_request_that_makes_no_sense_is_refused(flash: Path, request_payload: bytes) -> None:
    starts(None)
    link, _ = served(Wire(), flash)
    with pytest.raises(Refused) as caught:
        link._ask(messages.SLOT, request_payload, bytes)
    assert caught.value.reason == messages.BAD_PAYLOAD
    assert link.hello().slot == "a"


def test_a_manifest_with_places_that_cannot_be_is_a_mismatch(flash: Path) -> None:
    starts(None)
    whole = packed(NEW)
    crooked = bytearray(whole)
    crooked[-updating.FOOTER_SIZE + 10 : -updating.FOOTER_SIZE + 12] = (900).to_bytes(2, "little")  # so many modules
    Path("b.app").write_bytes(crooked)
    link, _ = served(Wire(), flash)
    with pytest.raises(Refused) as caught:
        link.slots.try_next(bytes(32))
    assert caught.value.reason == messages.MISMATCH


def test_a_pack_with_gaps_reads_as_one_without() -> None:
    places = read_manifest(packed(OLD)[sum(map(len, OLD.values())) :]).places
    assert {place.name: place.digest for place in places} == {name: digest(data) for name, data in OLD.items()}
    appended = packed(OLDER) + OLD["core/m4"]
    old = {place.name: place for place in read_manifest(packed(OLDER)[sum(map(len, OLDER.values())) :]).places}
    old["core/m4"] = replace(old["core/m4"], start=len(packed(OLDER)), size=460, digest=digest(OLD["core/m4"]))
    assert read_pack(appended + manifest(old.values(), len(appended), OLD).pack()) == OLD


def test_the_server_goes_on_after_each_step(flash: Path) -> None:
    starts(None)
    wire = Wire()
    link, _ = served(wire, flash)
    bring(link, NEW)
    assert wire.server is not None
    assert not wire.server.poll(BYTES_PER_POLL)
    assert link.hello().slot == "a"
