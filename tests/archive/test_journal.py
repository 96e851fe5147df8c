"""``marks.jsonl``: what was noted is there, whatever happened to the last line."""

from pathlib import Path

import pytest

from buzzband.archive.clock import Mark
from buzzband.archive.journal import Gone, History, Inventory, Journal, Kept, Listed

NOW = 1_763_000_000_000
ID, OTHER = "00112233445566aa", "ffeeddccbbaa9988"
ENTRIES = (
    Mark(3, 1000, NOW, 4),
    Inventory(NOW, (Listed(ID, 500, True), Listed(OTHER, 20, False))),
    Kept(NOW + 1, ID, "ab" * 32, 500),
    Gone(NOW + 2, OTHER),
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "band" / "marks.jsonl")


def noted(journal: Journal, *entries: Mark | Inventory | Kept | Gone) -> History:
    for entry in entries:
        journal.note(entry)
    return journal.read()


def test_what_was_noted_is_read_in_order(journal: Journal) -> None:
    assert noted(journal, *ENTRIES) == History(ENTRIES, 0)


def test_a_band_without_a_journal_has_no_history(journal: Journal) -> None:
    assert journal.read() == History()


def test_cut_off_at_any_byte_every_line_before_is_read_and_the_next_one_too(journal: Journal) -> None:
    noted(journal, *ENTRIES)
    data = journal.path.read_bytes()
    for end in range(len(data)):
        journal.path.write_bytes(data[:end])
        whole = tuple(ENTRIES[: data[:end].count(b"\n")])
        found = noted(journal, ENTRIES[0])
        assert found.entries[: len(whole)] == whole
        assert found.entries[-1] == ENTRIES[0]
        assert found.damaged == 0


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[1]}",
        b'{"kind": "mark", "boot": -1, "t_ms": 1, "utc_ms": 1, "round_trip_ms": 1}',
        b'{"kind": "mark", "boot": 1, "t_ms": 1, "utc_ms": 99999999999999999, "round_trip_ms": 1}',
        b'{"kind": "kept", "utc_ms": 1, "session": "../../x", "sha256": "", "size": 1}',
        b'{"kind": "inventory", "utc_ms": 1, "sessions": [{"id": 5}]}',
        b'{"kind": "inventory", "utc_ms": 1, "sessions": 7}',
        b'{"kind": ["mark"]}',
        b"[" * 100_000 + b"}",
        b"\xff\xfe}",
    ],
)
def test_a_line_that_makes_no_sense_is_passed_over_and_counted(journal: Journal, line: bytes) -> None:
    noted(journal, ENTRIES[0])
    with journal.path.open("ab") as file:
        file.write(line + b"\n")
    assert noted(journal, ENTRIES[2]) == History((ENTRIES[0], ENTRIES[2]), 1)


def test_the_last_inventory_counts_and_what_was_told_to_have_gone_does_not() -> None:
    history = History((*ENTRIES, Inventory(NOW + 9, (Listed(ID, 900, False),))))
    assert history.last_listed() == {ID: Listed(ID, 900, False)}


def test_a_session_was_not_there_before_the_first_inventory_that_has_it() -> None:
    history = History((Inventory(NOW, ()), Inventory(NOW + 5, (Listed(ID, 1, False),)), *ENTRIES))
    assert history.seen() == {ID: (NOW, NOW + 5), OTHER: (NOW + 5, NOW)}


def test_an_inventory_of_a_host_without_the_time_tells_nothing_of_when() -> None:
    assert History((Inventory(5, (Listed(ID, 1, False),)),)).seen() == {}
