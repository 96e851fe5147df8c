"""Recordings in the archive: as the band's core hears them, where they come from, and but once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path

import edfio
import numpy as np
import pytest

from buzzband.archive import Archive
from buzzband.archive.archive import COMPLETE, Session
from buzzband.archive.check import check
from buzzband.archive.clock import Between, Exact
from buzzband.archive.raw import IMPORTED
from buzzband.errors import AlreadyImported, TooLong, TooShort, UnknownFormat
from buzzband.outcome import Rep
from buzzband.recordings.band_log import SessionLog
from buzzband.services import analysis, importing, sessions
from buzzband.services.importing import Wish, import_all
from buzzband.services.options import Options
from buzzband.services.replay import replay
from buzzband.services.session_shown import shown_text
from buzzband.services.sessions import Shown
from buzzband.services.simulate import load, simulate
from buzzband_fw.core.words import WITHHELD, WORD_MASK
from buzzband_fw.store.records import PAYLOAD_MAX
from cli.builders import csv_text, edf, edf_signal, timed, written
from exports.builders import full
from services.builders import bursts, imu

NOW_MS = 1_764_000_000_000
CURL = Options(exercise="curl", target_permille=600, load_kg=10)

pytestmark = pytest.mark.usefixtures("no_power_cuts")

Take = Callable[..., Session]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    """Three bursts in 10.5 s at 1000 Hz."""
    return written(tmp_path, csv_text(timed(bursts())))


@pytest.fixture
def imported(archive: Archive) -> Take:
    """Imports a recording and returns what the archive has then."""

    def take(path: Path, options: Options = CURL, **wish: object) -> Session:
        (done,) = import_all(archive, [path], Wish(options, **wish), NOW_MS).imported  # type: ignore[arg-type]
        (found,) = [one for one in archive.sessions() if one.row.session_id == done.session_id]
        return found

    return take


def opened(archive: Archive, session: Session) -> Shown:
    return sessions.show(archive, session.row.session_id)


def log_of(archive: Archive, session: Session) -> SessionLog:
    log = opened(archive, session).log
    assert log
    return log


def reps_of(log: SessionLog) -> tuple[Rep, ...]:
    return analysis.reps_and_sets(log.lifting)[0]


@pytest.mark.parametrize("samples", [10_500, 8_003, 7_000])
def test_a_session_holds_what_simulate_tells_wherever_the_recording_ends(
    archive: Archive, tmp_path: Path, imported: Take, samples: int
) -> None:
    path = written(tmp_path, csv_text(timed(bursts()[:samples])))
    log, told = log_of(archive, imported(path)), simulate(load(path, None, None), CURL)
    np.testing.assert_array_equal(log.permille, told.permille)
    np.testing.assert_array_equal(log.flags & 8 != 0, told.blanked)
    assert analysis.reps_and_sets(log.lifting) == (told.reps, told.sets)
    assert [(cue.block + 1) / 100 for cue in log.cues if cue.word & WORD_MASK == 1] == [
        cue.t_s for cue in told.on_target
    ]
    assert log.valid.all()
    assert log.duration_s == pytest.approx(samples / 1000, abs=0.02)


def test_with_movement_too(archive: Archive, tmp_path: Path, imported: Take) -> None:
    signals = [edf_signal(bursts()[:10_000]), *(edf_signal(one.samples, 100, one.label) for one in imu(10))]
    for signal in signals[1:]:
        signal.physical_dimension = "g" if signal.label.startswith("Acc") else "deg/s"
    path = edf(tmp_path, *signals)
    log, told = log_of(archive, imported(path)), simulate(load(path, None, None), CURL)
    np.testing.assert_array_equal(log.permille, told.permille)
    assert reps_of(log) == told.reps
    assert told.imu


@pytest.mark.parametrize("mode", ["silent", "faded", "hold", "tempo", "below", "steady"])
def test_in_every_mode_all_of_the_recording_is_there(archive: Archive, csv: Path, imported: Take, mode: str) -> None:
    session = imported(csv, Options(mode=mode))
    assert (session.state, session.row.facts.duration_ms, session.row.facts.mode) == (COMPLETE, 10_500, mode)


def test_every_word_is_withheld_for_nobody_wore_a_band(archive: Archive, csv: Path, imported: Take) -> None:
    shown = opened(archive, imported(csv))
    assert shown.log
    assert shown.log.cues
    assert all(cue.word & WITHHELD for cue in shown.log.cues)
    assert "Said: nothing." in shown_text(shown)
    assert "Due, but no band was worn" in shown_text(shown)


def test_where_it_comes_from_is_told_wherever_it_is_shown(archive: Archive, csv: Path, imported: Take) -> None:
    session = imported(csv, wearer="Anna")
    (listed,) = [line for line in sessions.archived_text(sessions.archived(archive)).splitlines() if "reps" in line]
    assert "imported from monday.csv" in listed
    text = shown_text(opened(archive, session))
    assert "imported from monday.csv" in text.splitlines()[0]
    assert "channel EMG at 1000 Hz" in text
    told = sessions.shown_document(opened(archive, session))
    assert (told["session"]["source"], told["session"]["wearer"]) == ("monday.csv", "Anna")
    assert (told["source"]["channel"], told["source"]["rate_hz"], len(told["source"]["sha256"])) == ("EMG", 1000, 64)


def test_it_can_be_run_once_more(archive: Archive, csv: Path, imported: Take) -> None:
    session = imported(csv)
    (raw,) = archive.raw.logs(IMPORTED, session.row.session_id)
    again = replay(raw.path, None, Options(target_permille=900))
    assert again.replay
    assert [one.setting for one in again.replay.changed] == ["target_permille"]
    assert again.target_permille == 900
    assert "no band was worn" in " ".join(again.notes)


def test_the_same_again_changes_nothing(archive: Archive, csv: Path, imported: Take) -> None:
    imported(csv)
    before = {path: path.read_bytes() for path in archive.folder.rglob("*") if path.is_file()}
    (again,) = import_all(archive, [csv], Wish(CURL), NOW_MS + 9).imported
    assert not again.is_new
    assert {path: path.read_bytes() for path in archive.folder.rglob("*") if path.is_file()} == before


def test_the_same_recording_under_another_name_is_the_same(archive: Archive, csv: Path, imported: Take) -> None:
    session = imported(csv)
    assert imported(csv.rename(csv.with_name("tuesday.csv"))).row.key == session.row.key


def test_two_archives_get_the_same_bytes(tmp_path: Path, csv: Path) -> None:
    found = []
    for name in ("one", "two"):
        archive = Archive(tmp_path / name)
        import_all(archive, [csv], Wish(CURL), NOW_MS)
        found.append([log.read() for log in archive.raw.logs()])
    assert found[0] == found[1]


def test_with_other_options_it_is_refused_unless_both_are_wanted(archive: Archive, csv: Path, imported: Take) -> None:
    first = imported(csv)
    with pytest.raises(AlreadyImported, match=first.row.session_id):
        imported(csv, Options(target_permille=700))
    assert len(archive.sessions()) == 1
    imported(csv, Options(target_permille=700), again=True)
    assert len(archive.sessions()) == 2


def test_another_channel_is_another_session(archive: Archive, tmp_path: Path, imported: Take) -> None:
    path = edf(tmp_path, edf_signal(bursts()[:5000]), edf_signal(bursts(seed=2)[:5000], label="EMG right"))
    imported(path)
    imported(path, Options(channel="EMG right"))
    assert len(archive.sessions()) == 2


def test_the_archive_finds_nothing_wrong_with_it(archive: Archive, csv: Path, imported: Take) -> None:
    before = imported(csv)
    assert check(archive).findings == ()
    archive.rebuild()
    assert archive.sessions() == (before,)


def test_a_copy_that_was_cut_off_is_made_anew(archive: Archive, csv: Path, tmp_path: Path) -> None:
    (done,) = import_all(Archive(tmp_path / "other"), [csv], Wish(CURL), NOW_MS).imported
    part = archive.raw.part_of(IMPORTED, done.session_id)
    part.parent.mkdir(parents=True)
    part.write_bytes(b"rubbish")
    (found,) = check(archive).findings
    assert "buzzband import again" in found.mend
    import_all(archive, [csv], Wish(CURL), NOW_MS)
    assert [log.read() for log in archive.raw.logs()] == [log.read() for log in Archive(tmp_path / "other").raw.logs()]
    assert not part.exists()


def dated(folder: Path, day: date | None) -> Path:
    path = folder / "dated.edf"
    recording = edfio.Recording(startdate=day)
    edfio.Edf([edf_signal(bursts()[:5000])], recording=recording, starttime=time(18, 4, 30)).write(path)
    return path


def test_the_date_of_an_edf_is_that_of_the_session_whatever_the_year(tmp_path: Path, imported: Take) -> None:
    when = imported(dated(tmp_path, date(2012, 5, 3))).when
    assert isinstance(when, Exact)
    assert datetime.fromtimestamp(when.start_ms / 1000) == datetime(2012, 5, 3, 18, 4, 30)


@pytest.mark.parametrize("day", [None, date(1985, 1, 1)])
def test_an_edf_without_a_date_is_of_a_time_that_nobody_knows(tmp_path: Path, imported: Take, day: date | None) -> None:
    assert imported(dated(tmp_path, day)).when == Between(None, None)


def test_a_start_that_is_given_counts(csv: Path, imported: Take) -> None:
    when = imported(csv, start=datetime(2026, 3, 3, 17, 4, tzinfo=UTC)).when
    assert isinstance(when, Exact)
    assert (when.start_ms, when.within_ms) == (1_772_557_440_000, 1001)


def test_the_longest_texts_fit_the_header(archive: Archive, tmp_path: Path, imported: Take) -> None:
    name = '"' * 100 + "\U0001f4a5" * 30 + ".csv"
    path = written(tmp_path, csv_text({"time": np.arange(2000) / 1000, "EMG" + '"' * 2: bursts()[:2000]}), "x.csv")
    recording = load(path, None, None)
    options = Options(
        mode="tempo", tempo="20-20-20-20", hold_s=600, steady_off_s=120, load_kg=999, one_rm_kg=1000, reps_max=30,
        fatigue=True, exercise="romanian-deadlift", target_permille=1999, mains_hz=60,
    )  # fmt: skip
    felt = importing.simulate.feel(recording, options)
    made = importing._header(name, "f" * 64, "0" * 16, Wish(options, wearer="\U0001f4a5" * 24), felt)
    channel = made["source"] | {"channel": "\U0001f4a5" * 24, "gain": 1 / 3e-12, "rate_hz": 100 / 3}
    text = importing.json.dumps(made | {"source": channel, "app": "0.1.0"}, ensure_ascii=False)
    assert len(text.encode()) <= PAYLOAD_MAX


def test_a_recording_that_fills_the_flash_is_refused(
    csv: Path, imported: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "block_count", lambda _raw: 10**6)
    with pytest.raises(TooLong, match=r"monday\.csv"):
        imported(csv)


def test_a_band_s_log_is_refused_with_what_to_do_instead(archive: Archive, tmp_path: Path) -> None:
    path = written(tmp_path, full(), "a.bbl")
    with pytest.raises(UnknownFormat, match="needs no import") as refused:
        import_all(archive, [path], Wish(CURL), NOW_MS)
    assert "sync" in refused.value.hint


def test_what_was_imported_before_a_bad_recording_stays(archive: Archive, csv: Path, tmp_path: Path) -> None:
    short = written(tmp_path, csv_text(timed(bursts()[:500])), "short.csv")
    with pytest.raises(TooShort) as refused:
        import_all(archive, [csv, short], Wish(CURL), NOW_MS)
    assert "In the archive already: monday.csv." in refused.value.hint
    assert [one.row.facts.source for one in archive.sessions()] == ["monday.csv"]
