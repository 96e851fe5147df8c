"""docs/link.md says what the code does: every number, and the example byte for byte."""

import re
import struct

import pytest

from buzzband.transports import reading, refusals
from buzzband.transports.frame_reader import packed
from buzzband_fw import names
from buzzband_fw.link import messages, sessions, updating
from buzzband_fw.store.schema import AT_ONCE, NEXT_SESSION, NOTHING_CHANGED, POWER_ON
from doc_pages import page, rows

PAGE = page("link")
SESSION = bytes.fromhex("00112233445566aa")
RECORD_START = "a5 5a 02 00 17 00 2e 00 00 00 10 27 00 00 97 00"
READ = struct.pack(messages.READ_FORMAT, SESSION, 460, 16)

LETTERS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i32": "i"}
EXAMPLE = [
    packed(messages.HELLO, 32, b""),
    packed(messages.READ, 33, READ),
    packed(messages.READ | messages.ANSWER, 33, struct.pack("<I", 460) + bytes.fromhex(RECORD_START)),
    packed(messages.REFUSED, 33, bytes((messages.BUSY, messages.READ))),
    packed(messages.TIME, 34, struct.pack(messages.TIME_FORMAT, 1_760_000_000_000, 3)),
    packed(messages.TIME | messages.ANSWER, 34, struct.pack(messages.MOMENT_FORMAT, 81_234, 12)),
    packed(messages.SAMPLE, 7, struct.pack(messages.SAMPLE_FORMAT, 1500, 512, 498, 0, 1, 4321)),
]


def test_the_example_is_what_the_code_sends() -> None:
    told = [row[1].strip("`") for row in rows(PAGE, "bytes on the wire")]
    assert told == [wire.hex(" ") for wire in EXAMPLE]


@pytest.mark.parametrize(("kind", "name"), list(enumerate(refusals.KINDS))[1:])
def test_every_request_has_its_row(kind: int, name: str) -> None:
    assert getattr(messages, name) == kind
    assert str(kind) in {row[0] for row in rows(PAGE, "request") if row[1] == name}


def test_no_request_is_without_a_name() -> None:
    assert len(refusals.KINDS) == messages.SLOT + 1


def test_every_reason_has_its_row() -> None:
    told = [(int(row[0]), row[1]) for row in rows(PAGE, "what to do")]
    assert told == list(enumerate(names.REASONS))[1:]


def test_states_and_faults_are_those_of_the_code() -> None:
    words = " ".join(PAGE.split())
    assert f"({', '.join(f'{number} {name}' for number, name in enumerate(names.STATES))})" in words
    faults = ", ".join(f"{1 << bit} {name}" for bit, name in enumerate(names.FAULTS))
    assert f"Faults, added up: {faults}." in words


def test_sizes_and_kinds_are_those_of_the_code() -> None:
    assert f"payload, 0 to {messages.PAYLOAD_MAX} bytes" in PAGE
    assert f"up to {messages.READ_MAX} bytes" in PAGE
    assert f"Kinds {messages.HELLO | 128} to {messages.SLOT | 128} are the answers" in PAGE
    assert f"{sessions._PIECE} bytes at a time" in PAGE
    assert f"two READs of {reading.REQUEST_MAX:,}\nbytes" in PAGE
    assert reading.REQUESTS == 2
    assert f"SAMPLE, kind {messages.SAMPLE}," in PAGE
    assert f"REFUSED, kind {messages.REFUSED}," in PAGE


def test_the_parts_of_config_are_those_of_the_code() -> None:
    told = [(int(row[0]), row[1]) for row in rows(PAGE, "what CONFIG does")]
    assert told == [(messages.GET, "GET"), (messages.STAGE, "STAGE"), (messages.SET, "SET")]
    assert f"{messages.CHANGES_MAX} bytes" in PAGE
    effects = (NOTHING_CHANGED, AT_ONCE, NEXT_SESSION, POWER_ON)
    assert (
        f"({effects[0]} nothing differs, {effects[1]} at once, {effects[2]} with the next session, {effects[3]}" in PAGE
    )


def test_hello_s_keys_are_those_that_the_code_names() -> None:
    (hello,) = (row for row in rows(PAGE, "request") if row[1] == "HELLO")
    assert re.findall(r"`(\w+)`", hello[3]) == [
        "protocol", "app", "micropython", "uid", "slot", "safe_mode", "free_bytes", "free_ram_bytes", "boot_ms",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "request_layout", "answer_layout"),
    [
        ("LIST", "<H", "<H" + messages.ENTRY_FORMAT[1:]),
        ("READ", messages.READ_FORMAT, "<I"),
        ("HASH", messages.HASH_FORMAT, messages.DIGEST_FORMAT),
        ("TIME", messages.TIME_FORMAT, messages.MOMENT_FORMAT),
        ("DELETE", messages.DELETE_FORMAT, "<"),
        ("CALIBRATE", "<B", "<B"),
        ("MARK", "<I", "<"),
    ],
)
def test_requests_and_answers_have_the_fields_of_their_layouts(
    name: str, request_layout: str, answer_layout: str
) -> None:
    (row,) = (row for row in rows(PAGE, "request") if row[1] == name)
    assert (layout_of(row[2]), layout_of(row[3])) == (request_layout, answer_layout)


def layout_of(told: str) -> str:
    """The layout of fields that are told as u8, u16, u32, u64, i32, id 8 bytes, or so many bytes."""
    found = re.findall(r"\b([ui]\d+)\b|\bid (8) bytes|\b(\d+) bytes", told.replace("up to 230 bytes", ""))
    return "<" + "".join(LETTERS[kind] if kind else f"{id_size or size}s" for kind, id_size, size in found)


@pytest.mark.parametrize(
    ("begins", "layout"),
    [("STATUS:", messages.STATUS_FORMAT + messages.LIFTED_FORMAT[1:]), ("SAMPLE,", messages.SAMPLE_FORMAT)],
)
def test_fields_stand_in_the_order_of_the_layout(begins: str, layout: str) -> None:
    (told,) = (paragraph for paragraph in PAGE.split("\n\n") if paragraph.startswith(begins))
    assert "<" + "".join(LETTERS[kind] for kind in re.findall(r"\b[ui]\d+\b", told)) == layout


def test_every_thing_that_slot_does_has_its_row() -> None:
    names_of_all = ("LOOK", "PAGE", "PREFIX", "EMPTY", "WRITE", "COPY", "TRY", "CONFIRM")
    told = [(int(row[0]), row[1]) for row in rows(PAGE, "what SLOT does")]
    assert told == [(getattr(updating, name), name) for name in names_of_all]
    assert f"up to {updating.WRITE_MAX} bytes" in PAGE
    assert f"{updating._SAVE_EVERY:,} bytes" in PAGE
