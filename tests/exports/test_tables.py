"""The tables, read back as CSV: equal within the resolution of the log."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from buzzband.exports import tables
from buzzband.exports.events import events
from buzzband.recordings.band_log import read_log
from exports.builders import UID, cut_off, cut_off_lifting, full, take
from recordings.log_builder import SESSION

LOG = read_log(full())
TAKE = take(full())


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def column(found: Sequence[dict[str, str]], name: str) -> list[float | None]:
    return [float(row[name]) if row[name] else None for row in found]


def test_the_samples_are_those_of_the_log() -> None:
    found = rows(tables.samples_csv(TAKE))
    expected = [value / 10 if valid else None for value, valid in zip(LOG.permille.tolist(), LOG.valid, strict=True)]
    assert column(found, "activation_percent") == expected
    np.testing.assert_allclose(np.array(column(found, "t_s"), float), np.arange(len(LOG.permille)) / 50, atol=1e-9)


def test_the_flags_are_those_of_the_log() -> None:
    found = rows(tables.samples_csv(TAKE))
    bits = {"rail": 1, "flat": 2, "hum": 4, "blanked": 8}
    flags = sum(bit * np.array(column(found, name), float) for name, bit in bits.items())
    np.testing.assert_array_equal(flags, LOG.flags)
    assert set(LOG.flags.tolist()) == {0, 4, 8}


def test_an_angle_stands_at_the_end_of_its_80_ms() -> None:
    angles = column(rows(tables.samples_csv(TAKE)), "movement_deg")
    assert angles[3::4] == LOG.lifting.degrees.tolist()
    assert [angle for index, angle in enumerate(angles, 1) if index % 4] == [None] * (len(angles) - len(angles) // 4)


def test_angles_that_a_session_was_cut_off_from_are_empty_cells() -> None:
    found = [row["movement_deg"] for row in rows(tables.samples_csv(take(cut_off_lifting())))]
    assert [int(one) for one in found if one] == [n % 60 for n in range(250)]
    assert [index for index, one in enumerate(found) if one] == list(range(3, 1000, 4))
    assert len(found) == 1500


def test_without_an_imu_there_is_no_column_of_angles() -> None:
    assert "movement_deg" not in rows(tables.samples_csv(take(cut_off())))[0]


def test_every_event_is_a_row() -> None:
    found = rows(tables.events_csv(TAKE))
    assert [(row["kind"], row["name"], float(row["onset_s"])) for row in found] == [
        (event.kind, event.name, event.onset_s) for event in events(TAKE)
    ]
    (answer,) = [row for row in found if row["kind"] == "answer" and row["set"] == "1"]
    assert (answer["felt"], answer["counted"], answer["rep"]) == ("2", "3", "")


def test_reps_of_all_sessions_are_one_table_with_what_tells_them_apart() -> None:
    found = rows(tables.reps_csv([TAKE, take(cut_off())]))
    assert [(row["start_utc"] != "", row["set"], row["rep"]) for row in found] == [
        (True, "1", "1"),
        (True, "1", "2"),
        (True, "1", "3"),
        (False, "1", "1"),
    ]
    logged = [*LOG.lifting.counted(), *read_log(cut_off()).lifting.counted()]
    for row, rep in zip(found, logged, strict=True):
        assert float(row["start_s"]) == rep.start_block / 100
        assert float(row["peak_percent"]) == rep.peak_permille / 10
        assert float(row["concentric_s"]) == rep.concentric_ms / 1000
        assert float(row["eccentric_percent"]) == rep.eccentric_permille / 10
        assert row["on_target"] == str(int(rep.peak_permille >= 500))
        assert (row["exercise"], row["load_kg"], row["session"]) == ("romanian-deadlift", "40", f"session-{SESSION}")
    assert [row["cued"] for row in found] == ["1", "0", "0", "0"]


def test_sets_and_sessions_are_tables_too() -> None:
    sets = rows(tables.sets_csv([TAKE]))
    assert [(row["set"], row["reps"], row["pace"], row["end_s"]) for row in sets] == [
        ("1", "3", "reps", "5.79"),
        ("2", "12", "steady", "6.05"),
    ]
    (session,) = rows(tables.sessions_csv([TAKE]))
    assert (session["duration_s"], session["band"], session["state"]) == ("6.1", UID, "complete")
    assert (session["start_utc"], session["ended"]) == ("2025-11-24T16:00:00.500+00:00", "button")
