"""``buzzband simulate`` as it is typed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from buzzband.recordings import synth
from buzzband.services import simulate as service
from buzzband_fw.core import exercises
from cli.builders import (
    BUZZBAND,
    bdf,
    bdf_signal,
    csv_text,
    edf,
    edf_signal,
    run,
    subprocess_run,
    three_bursts,
    timed,
    written,
)
from recordings.log_builder import SESSION
from services.builders import BURSTS, NO_IMU, bursts
from services.test_replay import session

COUNTED = f"{BURSTS} cues in {BURSTS} reps."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return three_bursts(tmp_path)


def document(*arguments: object) -> dict[str, Any]:
    result = run("simulate", *arguments, "--json")
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


# What it prints


def test_the_text_names_file_length_rate_engine_and_counts(file: Path) -> None:
    result = run("simulate", file)
    assert result.exit_code == 0
    assert result.stdout.startswith("monday.csv: 0:10.5 at 1000 Hz, engine cpython\nTarget 50 % of the reference;")
    assert COUNTED in result.stdout.splitlines()
    assert result.stderr == ""


def test_json_is_one_document_and_nothing_else(file: Path) -> None:
    result = run("simulate", file, "--json")
    assert result.stdout.count("\n") == 1
    assert json.loads(result.stdout)["schema"] == "buzzband/simulate/1"
    assert result.stderr == ""


def test_json_and_text_tell_the_same(file: Path) -> None:
    told = document(file)
    assert f"{len(told['cues'])} cues in {len(told['reps'])} reps." == COUNTED


def test_the_installed_command_prints_json_alone(file: Path) -> None:
    done = subprocess_run("simulate", file, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(json.loads(done.stdout)["cues"]) == BURSTS


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_progress_is_shown_to_who_watches_and_never_on_stdout(file: Path) -> None:
    watcher, terminal = os.openpty()
    done = subprocess.run(
        [str(BUZZBAND), "simulate", str(file), "--json"],
        stdout=subprocess.PIPE,
        stderr=terminal,
        check=True,
        timeout=120,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(terminal)
    shown = os.read(watcher, 65536)
    os.close(watcher)
    assert b"Simulating" in shown
    assert len(json.loads(done.stdout)["cues"]) == BURSTS


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_any_encoding_of_stdout_will_do(file: Path, encoding: str) -> None:
    done = subprocess_run("simulate", file, PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert COUNTED in done.stdout.decode(encoding, "replace").splitlines()
    assert (b"#" in done.stdout) == (encoding in ("cp1252", "latin-1", "ascii"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are always text")
@pytest.mark.parametrize("name", [b"\xff.csv", "測 µ.csv".encode(), b"two\nlines.csv"])
@pytest.mark.parametrize("option", ["--json", "--page=page.html", "--plot=plot.png"])
def test_any_name_of_a_file_will_do(tmp_path: Path, name: bytes, option: str) -> None:
    file = three_bursts(tmp_path, os.fsdecode(name))
    done = subprocess_run("simulate", file, option.replace("=", f"={tmp_path}/"))
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


# What it writes


@pytest.mark.parametrize(
    ("option", "name", "magic"),
    [
        ("--plot", "a.png", b"\x89PNG"),
        ("--plot", "a.svg", b"<?xml"),
        ("--plot", "a.pdf", b"%PDF"),
        ("--page", "a.html", b"<!doct"),
    ],
)
def test_pictures_and_pages_are_written_beside_the_text(
    file: Path, tmp_path: Path, option: str, name: str, magic: bytes
) -> None:
    result = run("simulate", file, option, tmp_path / "new" / name)
    assert result.exit_code == 0
    assert COUNTED in result.stdout
    assert (tmp_path / "new" / name).read_bytes().startswith(magic)


def test_both_may_be_asked_for_with_json(file: Path, tmp_path: Path) -> None:
    document(file, "--page", tmp_path / "a.html", "--plot", tmp_path / "a.png")
    assert {path.name for path in tmp_path.iterdir()} == {"monday.csv", "a.html", "a.png"}


@pytest.mark.parametrize(
    ("option", "name", "words"),
    [("--plot", "a.bmp", "a.bmp"), ("--plot", "", "''"), ("--page", "monday.csv", "replace the recording")],
)
def test_names_that_cannot_be_meant_are_refused_before_the_work(
    file: Path, option: str, name: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()
    monkeypatch.setattr(service, "simulate", None)
    result = run("simulate", file, option, file.parent / name if name else "")
    assert (result.exit_code, result.stdout) == (9, "")
    assert words in result.stderr
    assert file.read_bytes() == before


def test_what_cannot_be_written_is_exit_9_and_names_the_path(file: Path) -> None:
    result = run("simulate", file, "--page", file / "deeper.html")
    assert (result.exit_code, result.stdout) == (9, "")
    assert "deeper.html cannot be written" in result.stderr


# Options


def test_the_target_is_in_percent(file: Path) -> None:
    assert document(file, "--target", "37.5")["target_permille"] == 375


@pytest.mark.parametrize("exercise", exercises.NAMES)
def test_every_exercise_may_be_named(file: Path, exercise: str) -> None:
    assert document(file, "--exercise", exercise)["exercise"] == exercise


def test_an_exercise_that_is_not_known_is_exit_2_and_the_known_ones_are_listed(file: Path) -> None:
    result = run("simulate", file, "--exercise", "juggling")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'pulldown'" in result.stderr


@pytest.mark.parametrize("target", ["5", "200", "33.33", "40%", "40 %"])
def test_targets_from_5_to_200_percent_will_do(file: Path, target: str) -> None:
    assert document(file, "--target", target)["target_permille"] == round(float(target.rstrip(" %")) * 10)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--target", "4.9", "4.9"),
        ("--target", "200.1", "200.1"),
        ("--target", "nan", "nan"),
        ("--target", "40 percent", "not a valid float"),
        ("--target", "half", "half"),
        ("--target", "-50", "-50"),
        ("--rest", "-1", "out of range"),
        ("--rest", "1.5", "whole number"),
        ("--rest", "AUTO", "neither"),
        ("--reference", "1048576", "0 to 1048575"),
        ("--gain", "0", "out of range"),
        ("--gain", "-3", "out of range"),
        ("--gain", "nan", "out of range"),
        ("--gain", "inf", "out of range"),
        ("--gain", "much", "neither"),
        ("--rate", "0", "x>0"),
        ("--rate", "-5", "x>0"),
        ("--rate", "nan", "finite"),
        ("--rate", "inf", "finite"),
        ("--mains", "55", "'50', '60'"),
        ("--mode", "sing", "'reach'"),
        ("--engine", "abacus", "'cpython'"),
        ("--example", "nowhere", "'fatigue'"),
    ],
)
def test_a_value_that_cannot_be_is_exit_2_and_says_what_can(file: Path, option: str, value: str, words: str) -> None:
    result = run("simulate", file, option, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert option in result.stderr
    assert words in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--example", "fatigue", "monday.csv"]])
def test_either_a_file_or_an_example_is_needed(arguments: list[str]) -> None:
    result = run("simulate", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "either a FILE or --example" in result.stderr


def test_a_second_file_is_refused(file: Path) -> None:
    assert run("simulate", file, file).exit_code == 2


def test_auto_is_what_happens_without_the_option(file: Path) -> None:
    assert document(file, "--rest", "auto", "--reference", "auto", "--gain", "auto") == document(file)


def test_numbers_take_the_place_of_auto(file: Path) -> None:
    told = document(file, "--rest", 300, "--reference", 9000, "--gain", "0.5e2")
    assert (told["calibration"], told["gain"]) == ({"rest": 300, "reference": 9000, "how": "given"}, 50.0)


def test_what_auto_found_may_be_given_back(file: Path) -> None:
    found = document(file)
    scale = found["calibration"]
    again = document(file, "--rest", scale["rest"], "--reference", scale["reference"], "--gain", found["gain"])
    assert again["activation"] == found["activation"]


@pytest.mark.parametrize("reference", [500, 499])
def test_a_reference_that_is_not_above_the_rest_is_refused(file: Path, reference: int) -> None:
    result = run("simulate", file, "--rest", 500, "--reference", reference)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "--reference must be more than --rest" in result.stderr


def test_the_mains_that_is_taken_out_is_that_of_the_option(tmp_path: Path) -> None:
    hum = 0.5 * np.sin(2 * np.pi * 60 * np.arange(10_500) / 1000)
    file = written(tmp_path, csv_text(timed(bursts() + hum)))
    left, removed = document(file, "--mains", 50), document(file, "--mains", 60)
    assert (left["mains_hz"], removed["mains_hz"]) == (50, 60)
    assert removed["calibration"]["rest"] < left["calibration"]["rest"] / 10


@pytest.mark.usefixtures("micropython_port")
def test_the_engine_that_ran_is_told(file: Path) -> None:
    assert document(file, "--engine", "micropython")["engine"] == "micropython"


@pytest.mark.usefixtures("micropython_port")
def test_auto_says_which_engine_it_took(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "best_engine", lambda _duration_s: "micropython")
    assert "engine micropython\n" in run("simulate", file, "--engine", "auto").stdout


# Files that work


@pytest.mark.parametrize(("delimiter", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ",")])
def test_delimiters_and_decimal_commas_make_no_difference(
    file: Path, tmp_path: Path, delimiter: str, decimal: str
) -> None:
    other = written(tmp_path, csv_text(timed(bursts()), delimiter, decimal), "tuesday.csv")
    assert {**document(other), "name": "monday.csv"} == document(file)


def test_without_a_time_column_the_rate_is_an_option(file: Path, tmp_path: Path) -> None:
    bare = written(tmp_path, csv_text({"EMG": bursts()}), "bare.csv")
    assert document(bare, "--rate", 1000)["cues"] == document(file)["cues"]


def test_a_rate_for_a_recording_that_carries_its_own_is_refused(tmp_path: Path) -> None:
    done = run("simulate", edf(tmp_path, edf_signal(bursts()[:10_000])), "--rate", 500)
    assert done.exit_code == 5
    assert "carries its own rates: EMG 1000 Hz" in done.stderr


@pytest.mark.parametrize("make", [(edf, edf_signal), (bdf, bdf_signal)])
@pytest.mark.parametrize(("name", "rate_hz"), [("EMG left", 1000), ("emg RIGHT", 500)])
def test_the_emg_channels_of_edf_and_bdf_are_taken_by_name(
    tmp_path: Path, make: tuple[Callable[..., Path], Callable[..., Any]], name: str, rate_hz: float
) -> None:
    write, signal = make
    angle = signal(np.sin(np.arange(1000)), 100, "Angle")
    left, right = signal(bursts()[:10_000], 1000, "EMG left"), signal(bursts(500)[:5000], 500, "EMG right")
    path = write(tmp_path, angle, left, right)
    told = document(path, "--channel", name)
    assert (told["sample_rate_hz"], told["notes"], len(told["cues"])) == (rate_hz, [*NO_IMU], BURSTS)
    first = document(path)
    assert (first["sample_rate_hz"], first["notes"]) == (
        1000,
        ["Took channel EMG left; there are also EMG right (--channel NAME takes another).", *NO_IMU],
    )


def test_a_channel_that_is_not_called_emg_may_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, csv_text({"time": np.arange(10_500) / 1000, "Biceps": bursts(), "Triceps": bursts()}))
    assert len(document(path, "--channel", "biceps")["cues"]) == BURSTS


MINUTES = 20
LONG_RATE_HZ = 250
REPS = 8


def long_bursts() -> np.ndarray:
    """Twenty minutes of noise that swells for 2 s every 6 s, eight times in each minute."""
    times = np.arange(MINUTES * 60 * LONG_RATE_HZ) / LONG_RATE_HZ
    swells = (times % 6 >= 4) & (times % 60 < 6 * REPS)
    return np.random.default_rng(1).standard_normal(len(times)) * np.where(swells, 1, 0.02)


@pytest.mark.parametrize("kind", ["csv", "edf"])
def test_twenty_minutes_are_no_trouble(tmp_path: Path, kind: str) -> None:
    if kind == "csv":
        path = written(tmp_path, csv_text(timed(long_bursts(), LONG_RATE_HZ)))
    else:
        path = edf(tmp_path, edf_signal(long_bursts(), LONG_RATE_HZ))
    told = document(path)
    assert told["duration_s"] == MINUTES * 60
    assert len(told["activation"]["permille"]) == MINUTES * 60 * 50
    said = [cue["word"] for cue in told["cues"]]
    assert said.count("on_target") == len(told["reps"]) == MINUTES * REPS
    assert said.count("done") == MINUTES
    assert [one["reps"] for one in told["sets"]] == [REPS] * MINUTES


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_ten_hours_at_1000_hz_are_no_trouble_either(tmp_path: Path) -> None:
    with_rest = np.concatenate((bursts(), np.tile(bursts()[:1000], 10)))
    sets = 36_000_000 // len(with_rest)
    told = document(edf(tmp_path, edf_signal(np.tile(with_rest, sets), 1000)))
    assert told["duration_s"] == pytest.approx(36_000, abs=21)
    assert sum(cue["word"] == "on_target" for cue in told["cues"]) == len(told["reps"]) == BURSTS * sets
    assert len(told["sets"]) == sets


# Files that do not


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "target", "contractions"), [("fatigue", 50, 30), ("bursts", 50, 9), ("bursts", 30, 9), ("taps", 50, 21)]
)
def test_every_contraction_of_a_real_recording_is_buzzed_once(name: str, target: int, contractions: int) -> None:
    told = document("--example", name, "--target", target)
    assert (len(told["cues"]), len(told["reps"])) == (contractions, contractions)
    assert told["name"] == name


def test_a_synthetic_session_has_the_sets_that_were_done(tmp_path: Path) -> None:
    made = synth.build(synth.demo_session(), seed=5)
    path = written(tmp_path, csv_text(timed(made.recording.channels[0].samples)))
    told = document(path, "--target", 60)
    assert [one["reps"] for one in told["sets"]][-3:] == [len(one.reps) for one in made.truth.sets]


def test_what_a_recording_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    columns = {**timed(bursts()), "EMG \x1b[2Jother": bursts()}
    done = run("simulate", written(tmp_path, csv_text(columns)))
    assert done.exit_code == 0
    assert "\x1b" not in done.stdout
    assert "\N{REPLACEMENT CHARACTER}[2Jother" in done.stdout


@pytest.mark.parametrize("option", ["--plot", "--page"])
def test_no_picture_and_no_page_may_replace_the_recording(tmp_path: Path, option: str) -> None:
    path = written(tmp_path, csv_text(timed(bursts())), "monday.svg")
    before = path.read_bytes()
    done = run("simulate", path, option, path)
    assert done.exit_code == 9
    assert "would replace the recording" in done.stderr
    assert path.read_bytes() == before


def test_picture_and_page_need_two_names(file: Path, tmp_path: Path) -> None:
    done = run("simulate", file, "--plot", tmp_path / "a.svg", "--page", tmp_path / "a.svg")
    assert done.exit_code == 9
    assert "cannot both be" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_standard_output_that_takes_nothing_is_an_error_of_its_own(file: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [str(BUZZBAND), "simulate", str(file)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 9
    assert "cannot be printed" in done.stderr
    assert "Traceback" not in done.stderr


# A band's log


def test_a_log_is_replayed_and_its_own_settings_are_the_defaults(tmp_path: Path) -> None:
    path = written(tmp_path, session({"target_permille": 420}).bytes(), "session.bbl")
    told = document(path)
    assert (told["target_permille"], told["replay"]["changed"]) == (420, [])
    other = document(path, "--target", 70, "--no-fatigue")
    assert other["replay"]["changed"] == [{"setting": "target_permille", "then": 420, "now": 700}]


@pytest.mark.parametrize(("option", "value"), [("--mains", 60), ("--rate", 50), ("--engine", "micropython")])
def test_an_option_that_a_log_cannot_be_given_is_exit_5(tmp_path: Path, option: str, value: object) -> None:
    result = run("simulate", written(tmp_path, session().bytes(), "session.bbl"), option, value)
    assert (result.exit_code, result.stdout) == (5, "")
    assert "the log holds activation" in result.stderr


def test_a_log_is_drawn_and_written_as_a_page(tmp_path: Path) -> None:
    path = written(tmp_path, session().bytes(), "session.bbl")
    result = run("simulate", path, "--page", tmp_path / "a.html", "--plot", tmp_path / "a.png")
    assert result.exit_code == 0
    assert SESSION in (tmp_path / "a.html").read_text(encoding="utf-8")
