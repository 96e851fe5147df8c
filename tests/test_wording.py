"""Numbers and foreign text as a reader meets them."""

import pytest

from buzzband.wording import clock, count, cycles, length, listed, percent, printable, share, tempo, work


@pytest.mark.parametrize(("permille", "text"), [(0, "0"), (599, "59"), (600, "60"), (1234, "123"), (-3, "-1")])
def test_percent_is_rounded_down(permille: int, text: str) -> None:
    assert percent(permille) == f"{text}\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(0, 0, "0 %"), (1, 200, "under 1 %"), (1, 3, "33 %"), (999, 1000, "99 %")]
)
def test_share(part: int, whole: int, text: str) -> None:
    assert share(part, whole).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "0:00"), (59.99, "0:59"), (61, "1:01"), (3725, "62:05"), (-1, "0:00")]
)
def test_clock(time_s: float, text: str) -> None:
    assert clock(time_s) == text


@pytest.mark.parametrize(
    ("time_s", "text"), [(0.84, "0.8 s"), (46.6, "47 s"), (59.7, "1 min 0 s"), (245, "4 min 5 s"), (3725, "1 h 2 min")]
)
def test_length(time_s: float, text: str) -> None:
    assert length(time_s).replace("\N{NO-BREAK SPACE}", " ") == text


def test_count_agrees_with_its_number() -> None:
    assert [count(n, "rep") for n in (0, 1, 2)] == ["no reps", "1 rep", "2 reps"]
    assert [count(n, "buzz", "buzzes") for n in (0, 1, 2)] == ["no buzzes", "1 buzz", "2 buzzes"]


@pytest.mark.parametrize(
    ("reps", "in_cycles", "text"),
    [(0, 0, "no reps"), (1, 0, "1 rep"), (0, 1, "1 cycle"), (27, 245, "27 reps and 245 cycles")],
)
def test_work_is_reps_or_cycles_or_both(reps: int, in_cycles: int, text: str) -> None:
    assert work(reps, in_cycles) == text


def test_cycles_have_a_cadence_if_it_is_known() -> None:
    assert (cycles(245, 81.6), cycles(1, None)) == ("245 cycles, 82 a minute", "1 cycle")


def test_a_tempo_is_its_phases_in_order() -> None:
    assert tempo((1.26, 0.3, 10.0)) == "1.3-0.3-10.0\N{NO-BREAK SPACE}s"


def test_lists_are_joined_as_in_a_sentence() -> None:
    assert [listed(list("abc"[:n])) for n in range(4)] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kréuz – 二頭筋 💪🏽", "Kréuz – 二頭筋 💪🏽"),
        ("a\tb\r\x0bc", "a b  c"),
        ("a\x00\x1b[31m", "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}[31m"),
        ("vsc\u202eexe.", "vsc\N{REPLACEMENT CHARACTER}exe."),
        ("\udcff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_foreign_text_is_made_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
