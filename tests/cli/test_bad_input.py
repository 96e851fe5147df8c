"""Recordings that cannot be used: each is a message, a hint and exit code 5."""

from pathlib import Path

import pytest

from cli.builders import csv_text, edf, edf_signal, run, subprocess_run, timed, written
from services.builders import bursts


def shortened(count: int) -> str:
    return csv_text(timed(bursts()[:count]))


def with_line(number: int, text: str) -> str:
    lines = shortened(2000).splitlines()
    lines[number - 1] = text
    return "\n".join(lines)


BAD_INPUT: dict[str, tuple[str | bytes, tuple[str, ...], tuple[str, ...]]] = {
    "no such channel": (shortened(2000), ("--channel", "Biceps"), ("'Biceps'", "Its channels: 'EMG'", "--channel")),
    "an empty name of a channel": (shortened(2000), ("--channel", ""), ("no channel ''", "'EMG'")),
    "no EMG among the channels": (csv_text({"time": [0, 1], "a": [1, 2], "b": [1, 2]}), (), ("'a', 'b'", "--channel")),
    "NaN": (with_line(1500, "1.498,nan"), (), ("line 1500", "'EMG'", "'nan'")),
    "infinity": (with_line(1500, "1.498,-inf"), (), ("line 1500", "'EMG'", "'-inf'")),
    "a word": (with_line(1500, "1.498,oops"), (), ("line 1500", "'EMG'", "'oops'")),
    "an empty cell": (with_line(1500, "1.498,"), (), ("line 1500", "'EMG'", "empty")),
    "a cell too many": (with_line(1500, "1.498,1,2"), (), ("line 1500", "3 cells")),
    "a number too large": (csv_text(timed(bursts())).replace("EMG\n", "EMG\n-0.001,1e200\n"), (), ("'EMG'", "1e+200")),
    "empty": ("", (), ("empty",)),
    "blank lines": ("\n\n \n", (), ("empty",)),
    "a header and nothing else": ("time,EMG\n", (), ("no samples",)),
    "three samples": (shortened(3), (), ("0.003 s of EMG", "one second")),
    "just below a second": (shortened(999), (), ("0.999 s of EMG",)),
    "a rate too low": (csv_text(timed(bursts(), 20)), (), ("'EMG'", "20 samples a second", "--rate")),
    "a rate too high": (csv_text({"EMG": bursts()}), ("--rate", "1e6"), ("'EMG'", "1e+06", "30000")),
    "no rate": (csv_text({"EMG": bursts()}), (), ("no time column", "--rate")),
    "a gap in time": (with_line(1500, "7.5,0.1"), (), ("line 1500", "jumps", "--rate")),
    "time that goes back": (with_line(1500, "0.5,0.1"), (), ("line 1500", "goes back")),
    "a binary file": (bytes(range(256)) * 100, (), ("binary",)),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(100), (), ("binary",)),
    "a zip archive": (b"PK\x03\x04" + bytes(100), (), ("ZIP", "CSV")),
    "UTF-16": (shortened(2000).encode("utf-16"), (), ("UTF-16", "UTF-8")),
    "text": ("Dear diary,\ntoday I lifted.\n", (), ("line 2",)),
    "an EDF header and nothing else": (b"0       " + b" " * 20, (), ("damaged EDF",)),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_a_recording_that_cannot_be_used_is_exit_5_and_says_what_and_where(tmp_path: Path, what: str) -> None:
    content, options, words = BAD_INPUT[what]
    result = run("simulate", written(tmp_path, content), *options)
    assert (result.exit_code, result.stdout) == (5, "")
    message, *hint = result.stderr.splitlines()
    assert message.startswith("Error: ")
    assert hint, "there is nothing said on what to do"
    for word in words:
        assert word in result.stderr
    assert "monday.csv" in message or "Channel 'EMG'" in message


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_file_that_is_not_there_is_exit_5_and_named(tmp_path: Path, option: tuple[str, ...]) -> None:
    result = run("simulate", tmp_path / "nowhere.csv", *option)
    assert (result.exit_code, result.stdout) == (5, "")
    assert f"There is no file {tmp_path / 'nowhere.csv'}." in result.stderr
    assert "Check the path" in result.stderr


def test_a_directory_is_exit_5_and_said_to_be_one(tmp_path: Path) -> None:
    result = run("simulate", tmp_path)
    assert (result.exit_code, result.stdout) == (5, "")
    assert f"{tmp_path} is a directory" in result.stderr


def test_an_edf_file_cut_short_is_exit_5_and_said_to_be_damaged(tmp_path: Path) -> None:
    path = edf(tmp_path, edf_signal(bursts()[:10_000]))
    path.write_bytes(path.read_bytes()[:-1000])
    result = run("simulate", path)
    assert (result.exit_code, result.stdout) == (5, "")
    assert "monday.edf is a damaged EDF" in result.stderr


def test_a_failure_in_a_real_process_is_a_message_and_no_traceback(tmp_path: Path) -> None:
    done = subprocess_run("simulate", tmp_path / "nowhere.csv", "--json")
    assert (done.returncode, done.stdout) == (5, b"")
    assert done.stderr.startswith(b"Error: There is no file ")
    assert b"Traceback" not in done.stderr
