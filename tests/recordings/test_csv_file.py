import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buzzband.errors import BadRate, BadSamples, RecordingError, RecordingNotFound, TooShort, UnknownFormat
from buzzband.recordings.csv_file import read_csv
from recordings.builders import csv_of


def rows(times, decimals=6):
    return "time,EMG\n" + "".join(f"{t:.{decimals}f},{i}\n" for i, t in enumerate(times))


def channels(path, rate_hz=None):
    """What the tests compare: label, unit, rate and samples of each channel."""
    found = read_csv(path, rate_hz).channels
    return [(channel.label, channel.unit, channel.rate_hz, channel.samples.tolist()) for channel in found]


@pytest.mark.parametrize(
    "text",
    [
        "time,EMG\n0,1.5\n0.01,-2\n0.02,3\n",
        "time;EMG\n0;1.5\n0.01;-2\n0.02;3\n",
        "time;EMG\n0;1,5\n0,01;-2\n0,02;3\n",
        "time\tEMG\n0\t1,5\n0,01\t-2\n0,02\t3\n",
        "time\tEMG\r\n0\t1.5\r\n0.01\t-2\r\n0.02\t3\r\n",
        "time, EMG\n0, 1.5\n0.01, -2\n0.02, 3",
        '"time","EMG"\n"0","1.5"\n"0.01","-2"\n"0.02","3"\n',
        '"time","EMG"\n0,1.5\n0.01,-2\n0.02,3\n',
        "\ufefftime,EMG\n0,1.5\n0.01,-2\n0.02,3\n",
        "# band 3\n# left arm\ntime,EMG\n0,1.5\n# pause\n0.01,-2\n\n0.02,3\n",
        "\n\ntime,EMG\n\n0,1.5\n0.01,-2\n0.02,3\n\n",
        "time,EMG,\n0,1.5,\n0.01,-2,\n0.02,3,\n",
        "time,EMG\n0,1.5,\n0.01,-2,\n0.02,3,\n",
        "# time,EMG\n0,1.5\n0.01,-2\n0.02,3\n",
        "EMG,time\n1.5,0\n-2,0.01\n3,0.02\n",
        "time,EMG\n0,15e-1\n1e-2,-2.\n.02,+3\n",
    ],
)
def test_every_common_way_to_write_a_table_is_read_alike(tmp_path, text):
    assert channels(csv_of(tmp_path, text)) == [("EMG", "", 100.0, [1.5, -2.0, 3.0])]


@pytest.mark.parametrize(
    ("header", "step"),
    [
        ("Time", "0.01"),
        ("t", "0.01"),
        ("TIMESTAMP", "0.01"),
        ("seconds", "0.01"),
        ("Time (s)", "0.01"),
        ("time_s", "0.01"),
        ("time_ms", "10"),
        ("t [ms]", "10"),
        ("Timestamp (µs)", "10000"),
        ("time us", "10000"),
    ],
)
def test_a_time_column_is_known_by_its_name_and_unit(tmp_path, header, step):
    table = "".join(f"{index * float(step)},7\n" for index in range(4))
    assert channels(csv_of(tmp_path, f"{header},EMG\n{table}")) == [("EMG", "", 100.0, [7.0] * 4)]


@pytest.mark.parametrize("header", ["temperature", "trigger", "times", "timer"])
def test_other_columns_are_not_taken_for_time(tmp_path, header):
    found = channels(csv_of(tmp_path, f"{header},EMG\n1,2\n3,4\n"), 1000)
    assert [label for label, *_ in found] == [header, "EMG"]


def test_units_in_brackets_go_to_the_channel(tmp_path):
    path = csv_of(tmp_path, "t [ms],EMG [mV],AccX (m/s^2)\n0,1,2\n10,3,4\n")
    assert channels(path) == [("EMG", "mV", 100.0, [1.0, 3.0]), ("AccX", "m/s^2", 100.0, [2.0, 4.0])]


def test_brackets_that_tell_two_channels_apart_stay_in_the_label(tmp_path):
    path = csv_of(tmp_path, "EMG (left),EMG (right)\n1,2\n3,4\n")
    assert [label for label, *_ in channels(path, 1000)] == ["EMG (left)", "EMG (right)"]


def test_without_a_header_a_single_column_is_emg(tmp_path):
    assert channels(csv_of(tmp_path, "1\n2\n3\n"), 1000) == [("EMG", "", 1000.0, [1.0, 2.0, 3.0])]


def test_without_a_header_several_columns_are_numbered(tmp_path):
    assert [label for label, *_ in channels(csv_of(tmp_path, "1,2\n3,4\n"), 1000)] == ["column 1", "column 2"]


def test_an_index_column_without_a_name_is_numbered(tmp_path):
    path = csv_of(tmp_path, ",time,EMG\n0,0.00,5\n1,0.01,6\n2,0.02,7\n")
    assert [label for label, *_ in channels(path)] == ["column 1", "EMG"]


def test_tab_separated_opensignals_text_with_a_trailing_tab_is_read(tmp_path):
    path = csv_of(
        tmp_path, '# OpenSignals Text File Format\n# {"sampling rate": 1000}\n# EndOfHeader\n0\t512\t\n1\t513\t\n'
    )
    assert [samples for *_, samples in channels(path, 1000)] == [[0.0, 1.0], [512.0, 513.0]]


def test_a_given_rate_wins_over_the_time_column(tmp_path):
    path = csv_of(tmp_path, "time,EMG\n0,1\n5,2\n5,3\n")
    assert channels(path, 1200) == [("EMG", "", 1200.0, [1.0, 2.0, 3.0])]


@pytest.mark.parametrize("rate_hz", [50.0, 62.5, 1000.0, 1024.0, 1200.0, 4800.0])
@pytest.mark.parametrize("start_s", [0.0, 1_700_000_000.0])
def test_the_rate_comes_out_whole_from_times_in_microseconds(tmp_path, rate_hz, start_s):
    path = csv_of(tmp_path, rows(start_s + np.arange(2000) / rate_hz))
    assert read_csv(path).channels[0].rate_hz == pytest.approx(rate_hz, rel=1e-6)


@pytest.mark.parametrize("rate_hz", [50.0, 500.0, 1000.0, 1200.0, 1926.0, 4000.0])
def test_times_rounded_to_a_millisecond_do_not_hide_the_rate(tmp_path, rate_hz):
    path = csv_of(tmp_path, rows(np.arange(20_000) / rate_hz, decimals=3))
    assert read_csv(path).channels[0].rate_hz == rate_hz


def test_small_jitter_is_fine(tmp_path):
    times = np.arange(1000) / 1000 + np.random.default_rng(1).uniform(-2e-4, 2e-4, 1000)
    assert read_csv(csv_of(tmp_path, rows(times))).channels[0].rate_hz == pytest.approx(1000, rel=1e-3)


def test_a_gap_is_refused_and_the_error_says_where_it_is(tmp_path):
    times = np.arange(20_000) / 1000
    times[12_004:] += 0.946
    with pytest.raises(BadRate, match=r"jumps from 12\.003 s to 12\.95 s at line 12006"):
        read_csv(csv_of(tmp_path, rows(times)))


def test_remarks_and_empty_lines_count_when_a_line_is_named(tmp_path):
    with pytest.raises(BadRate, match=r"goes back from 0\.02 s to 0 s at line 8"):
        read_csv(csv_of(tmp_path, "# x\ntime,EMG\n0,1\n# y\n0.01,1\n\n0.02,1\n0,1\n0.01,1\n"))


@pytest.mark.parametrize("text", ["EMG\n1\n2\n", "1\n2\n", "a,EMG\n1,2\n3,4\n"])
def test_no_time_column_and_no_rate_is_refused(tmp_path, text):
    with pytest.raises(BadRate, match="no time column"):
        read_csv(csv_of(tmp_path, text))


def test_a_time_column_that_stands_still_is_refused(tmp_path):
    with pytest.raises(BadRate, match="does not go forwards"):
        read_csv(csv_of(tmp_path, "time,EMG\n1,2\n1,3\n1,4\n"))


def test_a_time_column_in_an_unknown_unit_is_refused(tmp_path):
    with pytest.raises(BadRate, match="'min'"):
        read_csv(csv_of(tmp_path, "time [min],EMG\n1,2\n2,3\n"))


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused(tmp_path, rate_hz):
    with pytest.raises(BadRate):
        read_csv(csv_of(tmp_path, "EMG\n1\n"), rate_hz)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("nan", "'nan' is not a finite number"),
        ("-inf", "'-inf' is not"),
        ("1e999", "'1e999' is not"),
        ("", "the cell is empty"),
        ("n/a", "'n/a' is not"),
        ("1_0", "'1_0' is not"),
        ("٣", "is not"),
        ("0x10", "'0x10' is not"),
        ("\x00", "is not"),
    ],
)
def test_a_bad_cell_is_refused_with_its_line_and_column(tmp_path, cell, said):
    # Far enough in that the look at the beginning of the file does not see it.
    good = "".join(f"{index / 1000:.3f},1\n" for index in range(10_000))
    with pytest.raises(BadSamples, match=f"line 10002, column 'EMG': .*{said}"):
        read_csv(csv_of(tmp_path, f"time,EMG\n{good}10.000,{cell}\n10.001,1\n"))


@pytest.mark.parametrize("line", ["1", "1,2,3", ",,", " "])
def test_a_line_of_another_width_is_refused_with_its_number(tmp_path, line):
    with pytest.raises(BadSamples, match="line 4"):
        read_csv(csv_of(tmp_path, f"time,EMG\n0,1\n0.1,1\n{line}\n0.3,1\n"))


@pytest.mark.parametrize("text", ["time,EMG\n0,001,1,5\n0,002,1,6\n", "EMG\n1,5\n1,6\n", "time,EMG,x\n0,1\n1,2\n"])
def test_rows_of_another_width_than_the_header_are_refused(tmp_path, text):
    with pytest.raises(BadSamples, match=r"line 2: .* the header has"):
        read_csv(csv_of(tmp_path, text), 1000)


@pytest.mark.parametrize(("rows", "comma", "point"), [("0;1,234.5", 2, 2), ("0,001;1,5\n0,002;1.034", 2, 3)])
def test_commas_and_points_in_one_table_are_refused_since_one_may_mark_thousands(tmp_path, rows, comma, point):
    with pytest.raises(BadSamples, match=f"comma in line {comma} and a point in line {point}"):
        read_csv(csv_of(tmp_path, f"time;EMG\n{rows}\n"))


def test_a_point_in_the_header_is_no_decimal_mark(tmp_path):
    found = read_csv(csv_of(tmp_path, "time;EMG no. 1\n0,000;1,5\n0,001;2,5\n"))
    assert found.channels[0].samples.tolist() == [1.5, 2.5]


def test_times_that_drift_from_their_rate_tell_of_missing_samples(tmp_path):
    times = [n for n in range(4000) if n < 1000 or n % 2]
    rows = "".join(f"{n / 1000:.3f},1\n" for n in times)
    with pytest.raises(BadRate, match="as if samples were missing"):
        read_csv(csv_of(tmp_path, f"time,EMG\n{rows}"))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"  \r\n"])
def test_an_empty_file_is_refused(tmp_path, content):
    with pytest.raises(UnknownFormat, match="empty"):
        read_csv(csv_of(tmp_path, content), 1000)


def test_a_file_with_remarks_only_is_refused(tmp_path):
    with pytest.raises(UnknownFormat, match="no numbers"):
        read_csv(csv_of(tmp_path, "# nothing\n# here\n"), 1000)


def test_a_file_with_a_time_column_only_is_refused(tmp_path):
    with pytest.raises(UnknownFormat, match="nothing else"):
        read_csv(csv_of(tmp_path, "time\n0\n1\n"))


@pytest.mark.parametrize("content", [b"\x00\x01\x02", "time,EMG\n0,1\n".encode("utf-16"), b"EMG \xb5V\n1\n"])
def test_a_binary_file_is_refused(tmp_path, content):
    with pytest.raises(UnknownFormat):
        read_csv(csv_of(tmp_path, content), 1000)


def test_bytes_that_are_not_text_far_into_the_file_are_refused(tmp_path):
    with pytest.raises(UnknownFormat, match="UTF-8"):
        read_csv(csv_of(tmp_path, b"EMG\n" + b"1\n" * 100_000 + b"\xff\n"), 1000)


def test_a_cell_too_long_for_a_csv_reader_is_refused(tmp_path):
    with pytest.raises(UnknownFormat):
        read_csv(csv_of(tmp_path, '"' + "x" * 200_000 + '"\n1\n'), 1000)


def test_a_header_without_samples_is_too_short(tmp_path):
    with pytest.raises(TooShort, match="no samples"):
        read_csv(csv_of(tmp_path, "time,EMG\n"))


def test_one_row_is_read_when_the_rate_is_given_and_too_short_when_not(tmp_path):
    path = csv_of(tmp_path, "time,EMG\n0,1\n")
    assert channels(path, 1000) == [("EMG", "", 1000.0, [1.0])]
    with pytest.raises(TooShort, match="one row"):
        read_csv(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(RecordingNotFound, match="nowhere"):
        read_csv(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["test.csv.gz", "test.xz", "http:test.csv"])
def test_the_name_of_the_file_does_not_matter(tmp_path, name):
    assert channels(csv_of(tmp_path, "EMG\n1\n2\n", name), 1000) == [("EMG", "", 1000.0, [1.0, 2.0])]


def test_samples_are_contiguous_and_do_not_keep_the_table_alive(tmp_path):
    samples = read_csv(csv_of(tmp_path, "time,EMG\n0,1\n1,2\n")).channels[0].samples
    assert samples.flags.c_contiguous
    assert samples.base is None


finite = st.floats(allow_nan=False, allow_infinity=False)
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[finite] * width), min_size=1, max_size=20))


@given(tables, st.sampled_from([(",", "."), (";", "."), ("\t", "."), (";", ","), ("\t", ",")]), st.booleans())
def test_any_finite_table_reads_back_as_it_was_written(tmp_path_factory, table, marks, header):
    delimiter, point = marks
    lines = [delimiter.join(repr(value).replace(".", point) for value in row) for row in table]
    if header:
        lines.insert(0, delimiter.join(f"c{index}" for index in range(len(table[0]))))
    text = "\n".join(lines)
    if len(table[0]) == 1:
        text = text.replace(",", ".")  # without a delimiter beside it, a decimal comma would be taken for one
    path = csv_of(tmp_path_factory.mktemp("table"), text)
    found = read_csv(path, 1000).channels
    assert np.array_equal(np.column_stack([channel.samples for channel in found]), np.array(table))


@given(st.text('0123456789.,;\t\n\r#-+e_" naEMGtimes[]()\x00\x0bµ', max_size=60), st.sampled_from([None, 1000.0]))
@example("0#\n", 1000.0)
@example("#,\n#\n1", 1000.0)
def test_any_text_gives_finite_samples_or_one_of_our_errors(tmp_path_factory, text, rate_hz):
    try:
        found = read_csv(csv_of(tmp_path_factory.mktemp("text"), text), rate_hz)
    except RecordingError:
        return
    assert all(np.isfinite(channel.samples).all() and channel.rate_hz > 0 for channel in found.channels)


def test_ten_minutes_at_1000_hz_are_read_in_a_blink(tmp_path):
    path = csv_of(tmp_path, rows(np.arange(600_000) / 1000, decimals=3))
    start = time.perf_counter()
    read_csv(path)
    assert time.perf_counter() - start < 2.0  # 0.06 s where this was written: an hour takes 0.4 s
