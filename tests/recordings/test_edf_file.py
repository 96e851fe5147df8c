import edfio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzband.errors import BuzzbandError, RecordingError, RecordingNotFound, UnknownFormat
from buzzband.recordings.edf_file import edf_errors, read_edf
from buzzband.recordings.model import Annotation
from recordings.builders import csv_of, edf_bytes, edf_signal, ramp, replaced

# Offsets in the header of a file with one signal.
RESERVED, RECORDS, DURATION, SIGNALS = 192, 236, 244, 252
UNIT, PHYSICAL_MIN, PHYSICAL_MAX, SAMPLES_PER_RECORD = 256 + 96, 256 + 104, 256 + 112, 256 + 216
ONE_SIGNAL_HEADER = 512


def test_signals_come_in_their_physical_unit_at_their_own_rate(tmp_path):
    content = edf_bytes(edf_signal("EMG", 1000, unit="mV"), edf_signal("AccX", 50, unit="g"))
    emg, acc = read_edf(csv_of(tmp_path, content, "a.edf")).channels
    assert (emg.label, emg.unit, emg.rate_hz) == ("EMG", "mV", 1000.0)
    assert (acc.label, acc.unit, acc.rate_hz) == ("AccX", "g", 50.0)
    assert emg.samples == pytest.approx(ramp(1000, 4), abs=2 / 65535)
    assert acc.samples == pytest.approx(ramp(50, 4), abs=2 / 65535)


def test_bdf_is_read_with_its_24_bits(tmp_path):
    signal = edfio.BdfSignal(ramp(1000, 4), 1000, label="EMG", physical_dimension="mV")
    edfio.Bdf([signal], annotations=[edfio.EdfAnnotation(1, None, "go")]).write(tmp_path / "a.bdf")
    found = read_edf(tmp_path / "a.bdf")
    assert found.channels[0].samples == pytest.approx(ramp(1000, 4), abs=2 / 2**24)
    assert found.annotations == (Annotation(1.0, "go"),)


def test_annotations_are_kept_in_order_of_time_and_empty_ones_are_not(tmp_path):
    remarks = [
        edfio.EdfAnnotation(2.5, 0.5, "squeeze ü"),
        edfio.EdfAnnotation(1, None, "rest"),
        edfio.EdfAnnotation(3, None, ""),
    ]
    found = read_edf(csv_of(tmp_path, edf_bytes(annotations=remarks)))
    assert found.annotations == (Annotation(1.0, "rest"), Annotation(2.5, "squeeze ü", 0.5))


def test_a_unit_in_latin_1_is_read(tmp_path):
    assert read_edf(csv_of(tmp_path, replaced(edf_bytes(), UNIT, b"\xb5V "))).channels[0].unit == "µV"


def test_an_inverted_physical_range_inverts_the_signal(tmp_path):
    content = replaced(replaced(edf_bytes(), PHYSICAL_MIN, b"1       "), PHYSICAL_MAX, b"-1      ")
    assert read_edf(csv_of(tmp_path, content)).channels[0].samples == pytest.approx(-ramp(1000, 4), abs=2 / 65535)


def test_a_signal_without_a_physical_range_is_in_lsb(tmp_path):
    content = replaced(replaced(edf_bytes(), PHYSICAL_MIN, b"0       "), PHYSICAL_MAX, b"0       ")
    channel = read_edf(csv_of(tmp_path, content)).channels[0]
    assert (channel.unit, channel.samples[0], channel.samples[-1]) == ("LSB", -32768.0, 32767.0)


def test_a_record_count_of_minus_one_is_allowed_for_a_recording_in_the_making(tmp_path):
    content = replaced(edf_bytes(), RECORDS, b"-1      ")
    assert read_edf(csv_of(tmp_path, content)).duration_s == 4.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (edf_bytes()[:-1], "Incomplete data record"),
        (edf_bytes()[:-2000], "4 data records, but file contains 3"),
        (edf_bytes() + bytes(2000), "4 data records, but file contains 5"),
        (edf_bytes()[:ONE_SIGNAL_HEADER], "damaged"),
        (edf_bytes()[:300], "damaged"),
        (edf_bytes()[:9], "damaged"),
        (replaced(edf_bytes(), SIGNALS, b"many"), "many"),
        (replaced(edf_bytes(), SIGNALS, b"9999"), "damaged"),
        (replaced(edf_bytes(), SIGNALS, b"0   "), "damaged"),
        (replaced(edf_bytes(), DURATION, b"0       "), "damaged"),
        (replaced(edf_bytes(), DURATION, b"-1      "), "rate of -1000 Hz"),
        (replaced(edf_bytes(), DURATION, b"nan     "), "damaged"),
        (replaced(edf_bytes(), PHYSICAL_MIN, b"low     "), "low"),
        (replaced(edf_bytes(), PHYSICAL_MIN, b"nan     "), "not a number"),
        (replaced(edf_bytes(), SAMPLES_PER_RECORD, b"0       "), "damaged"),
        (edf_bytes(annotations=[edfio.EdfAnnotation(1, None, "go")]).replace(b"+0\x14", b"?0\x15"), "damaged"),
        (b"0       ", "damaged"),
        (b"\xffBIOSEMI", "damaged"),
        (b"time,EMG\n", "neither EDF nor BDF"),
        (b"", "neither EDF nor BDF"),
    ],
)
def test_a_damaged_file_is_refused_and_the_error_says_what_happened(tmp_path, content, said):
    with pytest.raises(UnknownFormat, match=said):
        read_edf(csv_of(tmp_path, content, "a.edf"))


def discontinuous(gap_s):
    """An EDF+D file of four records of one second, with a gap before the fourth."""
    content = edf_bytes(annotations=[edfio.EdfAnnotation(1, None, "go")]).replace(b"EDF+C", b"EDF+D")
    return content.replace(b"+3\x14\x14", f"+{3 + gap_s}\x14\x14".encode())


def test_a_discontinuous_file_is_refused(tmp_path):
    with pytest.raises(UnknownFormat, match="gaps") as caught:
        read_edf(csv_of(tmp_path, discontinuous(gap_s=4)))
    assert "continuous part" in caught.value.hint


def test_a_file_that_may_have_gaps_and_has_none_is_read(tmp_path):
    assert read_edf(csv_of(tmp_path, discontinuous(gap_s=0))).duration_s == 4.0


def test_a_file_with_annotations_only_is_refused(tmp_path):
    edfio.Edf([], annotations=[edfio.EdfAnnotation(1, None, "go")]).write(tmp_path / "a.edf")
    with pytest.raises(UnknownFormat, match="no signal"):
        read_edf(tmp_path / "a.edf")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(RecordingNotFound, match="nowhere"):
        read_edf(tmp_path / "nowhere.edf")


@pytest.mark.parametrize(
    "error", [ValueError("x"), UnboundLocalError("x"), MemoryError(), ZeroDivisionError(), UserWarning("x")]
)
def test_whatever_edfio_raises_becomes_ours_and_keeps_its_cause(tmp_path, error):
    with pytest.raises(UnknownFormat) as caught, edf_errors(tmp_path / "a.edf"):
        raise error
    assert caught.value.__cause__ is error


def test_our_own_errors_pass_unchanged(tmp_path):
    ours = BuzzbandError("x")
    with pytest.raises(BuzzbandError) as caught, edf_errors(tmp_path):
        raise ours
    assert caught.value is ours


SMALL = edf_bytes(edf_signal(rate_hz=10), annotations=[edfio.EdfAnnotation(1, None, "go")])


@given(
    st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 99)
)
def test_a_damaged_file_gives_finite_samples_or_one_of_our_errors(tmp_path_factory, changes, cut):
    content = bytearray(SMALL[: len(SMALL) - cut if cut < 20 else None])
    for offset, value in changes:
        content[min(offset, len(content) - 1)] = value
    try:
        found = read_edf(csv_of(tmp_path_factory.mktemp("edf"), bytes(content)))
    except RecordingError:
        return
    assert all(np.isfinite(channel.samples).all() and channel.rate_hz > 0 for channel in found.channels)
