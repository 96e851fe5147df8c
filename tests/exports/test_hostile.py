"""200 hostile names in every text that a log has: in no file and on no terminal do they do anything."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import mne
import pyedflib
import pytest

from buzzband.archive.archive import lone_session
from buzzband.exports import bids, harmless, tables
from buzzband.exports.edf import edf_bytes
from buzzband.exports.events import events
from buzzband.exports.take import Take
from buzzband.recordings.band_log import read_log
from buzzband.services.export import session_document
from buzzband.services.sessions import Shown
from buzzband.services.takes import take_of
from cli.builders import run
from exports.builders import full
from exports.hostile import COUNT, names
from exports.test_bids import issues, written

FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r")
BIDS_FILE = re.compile(r"(sub-[0-9]+/(ses-[0-9a-f]+/(emg/)?)?)?[0-9A-Za-z_-]+\.(edf|json|tsv|md)")


def log_of(name: str, number: int = 0) -> bytes:
    """A session in which all that is text says ``name``."""
    settings = {"wearer": name, "exercise": name, "mode": name}
    return full(f"{number:016x}", settings=settings, app=name, source={"name": name, "channel": name})


def shown(name: str, number: int = 0) -> Shown:
    data = log_of(name, number)
    log = read_log(data)
    return Shown(lone_session(data, name, log.session_id), log)


def take(name: str, number: int = 0) -> Take:
    one = shown(name, number)
    assert one.log
    return take_of(one, one.log)


def cells(data: bytes, delimiter: str) -> Iterator[str]:
    """What a spreadsheet shows whose country has that delimiter."""
    for row in csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter):
        yield from row


def is_plain(text: str) -> bool:
    """Whether nothing in a line steers a terminal or turns the direction of the text."""
    return not any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        for character in text
    )


def test_there_are_200_names_of_which_many_would_do_harm() -> None:
    found = names()
    assert len(found) == COUNT
    assert sum(name.lstrip().startswith(FORMULA) for name in found) > 40
    assert sum(not is_plain(name) for name in found) > 60


def test_in_edf_they_neither_break_the_header_nor_add_an_event(tmp_path: Path) -> None:
    path = tmp_path / "session.edf"
    for name in names():
        one = take(name)
        path.write_bytes(edf_bytes(one))
        header = path.read_bytes()[: 256 * 5]
        assert all(32 <= byte < 127 for byte in header), name
        told = [event.text for event in events(one)]
        with pyedflib.EdfReader(str(path)) as file:
            found = file.readAnnotations()[2].tolist()
            assert sorted(found) == sorted(told), name
            assert file.getRecordingAdditional().startswith(f"{0:016x} UTC"), name
        assert all(map(is_plain, found)), name
        assert len(mne.read_annotations(path)) == len(told), name


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_in_csv_no_cell_is_a_formula_whatever_the_delimiter_of_the_country(delimiter: str) -> None:
    takes = [take(name) for name in names()]
    for data in (tables.sessions_csv(takes), tables.sets_csv(takes), tables.reps_csv(takes)):
        for cell in cells(data, delimiter):
            assert not cell.lstrip().startswith(FORMULA), cell
            assert delimiter != "," or is_plain(cell), cell


def test_in_csv_every_row_has_the_cells_of_its_header() -> None:
    found = list(csv.reader(io.StringIO(tables.reps_csv([take(name) for name in names()]).decode(), newline="")))
    assert {len(row) for row in found} == {len(found[0])}
    assert len(found) == 1 + 3 * COUNT


@pytest.mark.parametrize("text", ["Anna", "a-b", "x=1", "10 % of 1RM", "Bob, the builder", "O'Neill", "a;b"])
def test_a_name_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert harmless.cell(text) == text


def test_in_bids_they_name_no_file_and_add_no_cell() -> None:
    for name, content in bids.dataset([take(name, number) for number, name in enumerate(names())]):
        assert BIDS_FILE.fullmatch(name), name
        if name.endswith(".tsv"):
            lines = content().decode().removesuffix("\n").split("\n")
            assert len({line.count("\t") for line in lines}) == 1, name
            assert all(is_plain(line.replace("\t", " ")) for line in lines), name
        elif name.endswith(".json"):
            assert is_plain(content().decode().replace("\n", " ")), name


def test_a_dataset_of_hostile_names_is_valid(tmp_path: Path) -> None:
    takes = [take(name, number) for number, name in enumerate(names()[::8])]
    assert issues(written(tmp_path, *takes), "error") == set()


def test_in_json_they_are_escaped() -> None:
    for name in names():
        one = shown(name)
        text = json.dumps(session_document(one, take(name)), allow_nan=False)
        assert text.isascii()
        assert text.isprintable()
        assert json.loads(text)["reps"][0]["number"] == 0


def test_on_the_terminal_they_are_plain_text(tmp_path: Path) -> None:
    logs = []
    for number, name in enumerate(names()):
        logs.append(tmp_path / f"{number:016x}.bbl")
        logs[-1].write_bytes(log_of(name, number))
    told = run("export", *logs, "--format", "bids", "--out", tmp_path / "out")
    assert told.exit_code == 0, told.output
    assert all(map(is_plain, told.stdout.splitlines()))
    assert len(told.stdout.splitlines()) == 1 + len({take(name).about.wearer for name in names()})
