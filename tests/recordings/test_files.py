import os

import pytest

from buzzband.errors import RecordingNotFound, UnknownFormat
from buzzband.recordings.files import read
from recordings.builders import csv_of, edf_bytes


@pytest.mark.parametrize("name", ["a.edf", "a.csv", "a"])
def test_edf_is_known_by_its_content(tmp_path, name):
    assert read(csv_of(tmp_path, edf_bytes(), name)).channels[0].rate_hz == 1000.0


@pytest.mark.parametrize("name", ["a.edf", "a.csv", "a"])
def test_csv_is_what_is_not_edf(tmp_path, name):
    assert read(csv_of(tmp_path, "EMG\n1\n2\n", name), rate_hz=500).channels[0].rate_hz == 500.0


def test_a_recording_is_named_after_its_file_and_a_path_may_be_text(tmp_path):
    assert read(str(csv_of(tmp_path, "EMG\n1\n2\n", "monday.csv")), 500).name == "monday.csv"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04....", "Excel"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"MATLAB 5.0 MAT-file", "MATLAB"),
        ("time,EMG\n".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"\x7fELF\x00\x00\x00", "binary"),
        (b"", "empty"),
    ],
)
def test_other_formats_are_refused_by_name_where_they_are_known(tmp_path, content, kind):
    with pytest.raises(UnknownFormat, match=kind):
        read(csv_of(tmp_path, content))


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(RecordingNotFound, match="no file"):
        read(tmp_path / "nowhere.csv")


def test_a_directory_is_said_to_be_one(tmp_path):
    with pytest.raises(RecordingNotFound, match="directory"):
        read(tmp_path)


def test_a_path_through_a_file_is_not_found(tmp_path):
    with pytest.raises(RecordingNotFound):
        read(csv_of(tmp_path, "EMG\n") / "deeper.csv")


def test_a_path_that_cannot_be_is_not_found():
    with pytest.raises(RecordingNotFound):
        read("a\0b")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said_so(tmp_path):
    path = csv_of(tmp_path, "EMG\n1\n")
    path.chmod(0)
    with pytest.raises(RecordingNotFound, match="may not"):
        read(path)
