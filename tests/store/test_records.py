"""Records: as the contract draws them, numbered, and sealed with the session's seed."""

import binascii
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband_fw import names
from buzzband_fw.store import records
from buzzband_fw.store.records import Framer

SESSION = bytes.fromhex("00112233445566aa")

sessions = st.binary(min_size=8, max_size=8)
payloads = st.binary(max_size=records.PAYLOAD_MAX)


def sealed(framer: Framer, kind: int, payload: bytes, t_ms: int = 0, at: int = 0) -> bytes:
    buffer = bytearray(at + records.OVERHEAD + len(payload))
    start = at + records.HEADER_SIZE
    buffer[start : start + len(payload)] = payload
    assert framer.seal(buffer, at, kind, len(payload), t_ms) == len(buffer)
    return bytes(buffer[at:])


@given(sessions, st.integers(0, 255), payloads, st.integers(0, 2**30 - 1), st.integers(0, 100))
def test_a_record_lies_as_the_contract_draws_it(session: bytes, kind: int, payload: bytes, t_ms: int, at: int) -> None:
    record = sealed(Framer(session), kind, payload, t_ms, at)
    content = b"\xa5\x5a" + struct.pack("<BBHII", kind, 0, len(payload), 0, t_ms) + payload
    assert record == content + struct.pack("<I", binascii.crc32(content, binascii.crc32(session)))


def test_records_are_numbered_from_0() -> None:
    framer = Framer(SESSION)
    numbers = [struct.unpack_from("<I", sealed(framer, records.CUE, b"12345"), 6)[0] for _ in range(3)]
    assert numbers == [0, 1, 2]


@given(sessions, sessions, payloads)
def test_the_record_of_one_session_is_not_one_of_another(session: bytes, other: bytes, payload: bytes) -> None:
    one, two = (sealed(Framer(name), records.CUE, payload) for name in (session, other))
    assert (one == two) == (session == other)


def test_records_follow_each_other_in_one_buffer() -> None:
    framer, alone = Framer(SESSION), Framer(SESSION)
    buffer = bytearray(3 * records.OVERHEAD)
    end = 0
    for _ in range(3):
        end = framer.seal(buffer, end, records.CUE, 0, 0)
    assert buffer == b"".join(sealed(alone, records.CUE, b"") for _ in range(3))


def test_sizes_are_those_of_the_layout() -> None:
    assert struct.calcsize(records.HEADER_FORMAT) == records.HEADER_SIZE
    assert records.OVERHEAD == records.HEADER_SIZE + 4
    for name in ("REP", "HOLD", "SET", "TOLD", "TOP", "CLIP_STATE"):
        assert struct.calcsize(getattr(records, f"{name}_FORMAT")) == getattr(records, f"{name}_SIZE"), name


@pytest.mark.parametrize("called", [names.RECORDED_FAULTS, names.ENDS])
def test_codes_begin_at_1_and_each_has_a_name_of_its_own(called: tuple[str, ...]) -> None:
    assert called[0] == ""
    assert len(set(called)) == len(called)


FAULTS = (
    records.OVERRUN, records.CONVERTER_FIFO, records.CUE_LATE, records.EXCEPTION, records.IMU_ABSENT,
    records.IMU_UNKNOWN, records.IMU_BUS, records.IMU_OVERFLOW, records.IMU_FROZEN, records.IMU_BACK,
    records.MOTOR, records.BATTERY, records.NO_ROOM,
)  # fmt: skip
ENDS = (
    records.BY_BUTTON, records.BY_HOST, records.BY_USB_POWER, records.BY_FULL_FLASH, records.BY_EXCEPTION,
    records.BY_LOW_BATTERY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "called"),
    [
        (FAULTS, names.RECORDED_FAULTS),
        (ENDS, names.ENDS),
        ((records.FIRST_REP, records.QUALITY), names.CLIP_REASONS),
    ],
)
def test_codes_are_those_that_have_the_names(codes: tuple[int, ...], called: tuple[str, ...]) -> None:
    assert codes == tuple(range(1, len(called)))


def test_what_marks_a_number_leaves_room_for_it() -> None:
    assert records.SILENT == records.CLIP_LAST == 1 << 7
    assert records.NO_ANSWER == 0xFF
