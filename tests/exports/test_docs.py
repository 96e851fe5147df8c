"""docs/export.md says what an export holds."""

from buzzband.archive.raw import IMPORTED
from buzzband.defaults import EXPORTS
from buzzband.exports.events import COLUMNS, KINDS
from doc_pages import page, rows

PAGE = page("export")
LASTING = {"session", "set", "rep", "hold", "quality", "blanked", "gap"}


def test_every_kind_of_event_has_its_place_in_the_table() -> None:
    told = {kind: cells[1] for cells in rows(PAGE, "name and values") for kind in cells[0].split(", ")}
    assert list(told) == list(KINDS)
    assert {kind for kind, lasts in told.items() if lasts == "yes"} == LASTING


def test_every_value_of_an_event_is_named() -> None:
    told = " ".join(cells[2] for cells in rows(PAGE, "name and values"))
    assert not [name for name in COLUMNS if name not in told]


def test_every_format_and_the_place_in_the_archive_are_named() -> None:
    assert all(f"--format {kind}" in PAGE for kind in EXPORTS)
    assert IMPORTED in PAGE
    assert IMPORTED in page("sync")
