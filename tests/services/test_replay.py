"""A band's log, replayed: what it said then and would say now, by set and rep."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from buzzband.errors import NotInLog, RecordingNotFound, TooShort, UnknownFormat
from buzzband.outcome import Outcome
from buzzband.recordings.lifting import Rep, Set
from buzzband.services.options import Options
from buzzband.services.replay import replay
from buzzband.services.simulate import run
from buzzband.services.summary import outcome_text
from buzzband_fw.core import words
from buzzband_fw.store import records
from recordings.log_builder import HEADER, SESSION, LogWriter
from recordings.log_builder import told as when_told

PEAKS = (560, 760, 560)
CYCLE_BLOCKS = 300
DONE_BLOCK = 1700
RECORD = 50  # values


def reps() -> list[Rep]:
    return [Rep(0, n, 0, 8, 8, CYCLE_BLOCKS * n + 100, 500, 400, 500, peak, 400, 300) for n, peak in enumerate(PEAKS)]


def felt(made: LogWriter, block: int, values: list[int]) -> None:
    for first in range(0, len(values), RECORD):
        made.activation(block + 2 * first, values[first : first + RECORD])


def session(settings: dict[str, object] | None = None) -> LogWriter:
    """Three contractions, each with a cue at 50 %, and what the band told of them as a set."""
    made = LogWriter().header(settings={**HEADER["settings"], **(settings or {})})  # type: ignore[dict-item]
    for n, rep in enumerate(reps()):
        top = [rep.peak_permille] * 20
        up = list(range(0, rep.peak_permille, 20))
        values = [0] * 50 + up + top + up[::-1]
        felt(made, 1 + CYCLE_BLOCKS * n, [*values, *([0] * (CYCLE_BLOCKS // 2 - len(values)))])
        at = CYCLE_BLOCKS * n + 150
        made.record(records.CUE, struct.pack("<IB", at, words.ON_TARGET), 10 * (at + 2))
        made.rep(rep, when_told(CYCLE_BLOCKS * n + 309))
    felt(made, 1 + CYCLE_BLOCKS * 3, [0] * 500)
    made.set(Set(0, 0, 8, 0, 3, 100, 900, 3000), when_told(DONE_BLOCK - 5))
    made.record(records.CUE, struct.pack("<IB", DONE_BLOCK, words.DONE), 10 * (DONE_BLOCK + 2))
    return made.end(CYCLE_BLOCKS * 3 + 1000)


def told(folder: Path, made: LogWriter | None = None, name: str = f"{SESSION}.bbl", **options: object) -> Outcome:
    path = folder / name
    path.write_bytes((made or session()).bytes())
    return run(path, None, None, Options(**options))  # type: ignore[arg-type]


def test_a_log_is_replayed_with_the_settings_of_its_session(tmp_path: Path) -> None:
    made = told(tmp_path, session({"target_permille": 420, "exercise": "explosive", "mode": "reach", "mains_hz": 60}))
    assert (made.target_permille, made.exercise, made.mode, made.mains_hz) == (420, "explosive", "reach", 60)
    assert (made.calibration.rest, made.calibration.reference) == (300, 12_000)
    assert made.replay is not None
    assert (made.replay.session_id, made.replay.changed, made.replay.target_permille) == (SESSION, (), 420)


def test_the_activation_the_reps_and_the_sets_are_those_of_the_log(tmp_path: Path) -> None:
    made = told(tmp_path)
    assert (made.rate_hz, len(made.permille), made.duration_s) == (50, 950, 19.0)
    assert [rep.peak_permille for rep in made.reps] == list(PEAKS)
    assert [(one.start_s, one.end_s, one.reps) for one in made.sets] == [(1.0, 9.0, 3)]
    assert (made.sample_rate_hz, made.gain, made.engine, made.imu) == (None, None, "cpython", False)


def test_hits_and_words_are_told_for_then_and_now(tmp_path: Path) -> None:
    made = told(tmp_path, target_permille=700)
    assert made.replay is not None
    assert [(one.then, one.now) for one in made.replay.sets] == [(3, 1)]
    assert [one.then for one in made.replay.reps] == [("on_target",)] * 3
    assert [one.now for one in made.replay.reps] == [(), ("on_target",), ()]
    assert [(one.setting, one.then, one.now) for one in made.replay.changed] == [("target_permille", 500, 700)]


def test_a_word_that_comes_again_says_when(tmp_path: Path) -> None:
    made = told(tmp_path, target_permille=700)
    assert made.replay is not None
    on_target, done = made.replay.cues[:3], made.replay.cues[3]
    assert [cue.again_s for cue in on_target] == [None, made.on_target[0].t_s, None]
    assert (done.word, done.t_s, done.again_s) == ("done", 17.01, 17.01)


def test_what_a_mode_withholds_is_told_as_withheld(tmp_path: Path) -> None:
    made = told(tmp_path, mode="silent")
    assert [cue.word for cue in made.withheld] == ["on_target"] * 3
    assert made.replay is not None
    assert made.replay.withheld == ()
    assert [one.now for one in made.replay.reps] == [()] * 3


def test_a_log_is_known_by_how_it_starts_or_by_its_name(tmp_path: Path) -> None:
    assert told(tmp_path, name="monday").replay is not None
    damaged = session()
    damaged.pieces.insert(0, b"rubbish")
    assert told(tmp_path, damaged).replay is not None


@pytest.mark.parametrize(
    "options",
    [{"mains_hz": 50}, {"rest": 1}, {"reference": 9000}, {"gain": 2.0}, {"channel": "EMG"}, {"engine": "pico"}],
    ids=str,
)
def test_what_the_band_had_done_to_the_signal_cannot_be_done_otherwise(
    tmp_path: Path, options: dict[str, object]
) -> None:
    with pytest.raises(NotInLog, match="the log holds activation"):
        told(tmp_path, **options)


def test_a_rate_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "a.bbl"
    path.write_bytes(session().bytes())
    with pytest.raises(NotInLog, match="--rate"):
        run(path, None, 50.0, Options())


def nothing_but_a_header() -> LogWriter:
    return LogWriter().header()


def without_calibration() -> LogWriter:
    made = LogWriter().header(settings={"rest": "300", "reference": 12_000})
    return made.activation(1, [0] * 100)


def without_header() -> LogWriter:
    made = session()
    del made.pieces[0]
    return made


@pytest.mark.parametrize(
    ("make", "error"),
    [(nothing_but_a_header, TooShort), (without_calibration, NotInLog), (without_header, NotInLog)],
)
def test_a_log_that_cannot_be_replayed_says_why(
    tmp_path: Path, make: Callable[[], LogWriter], error: type[Exception]
) -> None:
    with pytest.raises(error):
        told(tmp_path, make())


def test_what_is_larger_than_a_flash_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "a.bbl"
    path.write_bytes(session().bytes() + bytes(1 << 21))
    with pytest.raises(UnknownFormat, match="larger"):
        replay(path, None, Options())


def test_a_log_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingNotFound):
        run(tmp_path / "a.bbl", None, None, Options())


def test_settings_that_cannot_be_are_the_defaults(tmp_path: Path) -> None:
    made = told(tmp_path, session({"target_permille": -5, "exercise": "\x1b[2J", "wearer": "Anna", "hold_s": 1e9}))
    assert (made.target_permille, made.exercise) == (500, "custom")


def test_what_the_log_lacks_is_noted(tmp_path: Path) -> None:
    made = session()
    del made.pieces[6:9]  # the activation of the second rep
    del made.pieces[-1]
    notes = " ".join(told(tmp_path, made).notes)
    assert "lacks 3.0 s of activation" in notes
    assert "cut off" in notes


def test_the_text_tells_then_and_now(tmp_path: Path) -> None:
    text = outcome_text(told(tmp_path, target_permille=700))
    assert text.startswith(f"{SESSION}.bbl: 0:19.0, replayed from its activation, engine cpython\n")
    assert "  then target_permille was 500 (50 %), now it is 700 (70 %)\n" in text
    assert "  then: on_target 3, done 1; 2 of 4 come again, moved by " in text
    assert "    then 3 reached the target, and it said on_target 3; now 1, and it says on_target 1\n" in text


def test_what_the_session_was_set_to_is_not_noted_as_an_option_that_does_nothing(tmp_path: Path) -> None:
    made = session({"mode": "reach", "tempo": "3-1-3", "hold_s": 30})
    assert not any("does nothing" in note for note in told(tmp_path, made).notes)
    (note,) = (note for note in told(tmp_path, made, hold_s=20).notes if "does nothing" in note)
    assert note.startswith("--hold ")
