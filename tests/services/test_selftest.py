"""The golden vectors, on the engines that are there."""

import json

import pytest

from buzzband.errors import BudgetSpent, EngineError, EngineFailed, EngineMissing, FirmwareMissing, SelftestFailed
from buzzband.services import selftest as service
from buzzband.services.document import selftest_document
from buzzband.services.selftest import EngineReport, Vector, require_right, selftest
from buzzband.services.summary import selftest_text

RIGHT = EngineReport("cpython", (Vector("comb", 0xABC, 0xABC),))
WRONG = EngineReport("pico", (Vector("comb", 0xABC, 0xABC), Vector("target", 0xABC, 0x12)))
LEFT_OUT = EngineReport("micropython", (), "It is not installed. Install it.")


def install(monkeypatch: pytest.MonkeyPatch, engine: str, outcome: list[tuple[str, int, int]] | EngineError) -> None:
    """Put an engine in place that gives these vectors, or raises."""

    def run() -> str:
        if isinstance(outcome, EngineError):
            raise outcome
        return json.dumps(outcome)

    monkeypatch.setitem(service.RUNNERS, engine, run)


def test_cpython_gives_every_golden_vector() -> None:
    (report,) = selftest(["cpython"])
    assert report.right
    assert len(report.vectors) >= 10
    require_right([report])


@pytest.mark.usefixtures("micropython_port")
def test_micropython_gives_the_same_vectors() -> None:
    here, there = selftest(["cpython", "micropython"])
    assert here.vectors == there.vectors


@pytest.mark.parametrize(
    "missing", [EngineMissing("No rp2040py.", "Install it."), FirmwareMissing("No UF2.", "Download it.")]
)
def test_an_engine_that_is_not_there_is_left_out_with_what_and_why(
    missing: EngineError, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, "pico", missing)
    here, there = selftest(["cpython", "pico"])
    assert there == EngineReport("pico", (), f"{missing} {missing.hint}")
    require_right([here, there])


def test_an_engine_that_fails_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "pico", EngineFailed("It raised."))
    with pytest.raises(EngineFailed, match="It raised"):
        selftest(["pico"])


def test_an_engine_that_does_not_finish_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "pico", BudgetSpent("10 s were not enough."))
    with pytest.raises(BudgetSpent):
        selftest(["pico"])


def test_a_wrong_vector_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "pico", [("comb", 1, 1), ("target", 1, 2)])
    reports = selftest(["cpython", "pico"])
    assert [vector.name for report in reports for vector in report.vectors if not vector.right] == ["target"]
    with pytest.raises(SelftestFailed, match="wrong on pico") as raised:
        require_right(reports)
    assert raised.value.hint


def test_without_any_engine_nothing_is_proven() -> None:
    with pytest.raises(EngineMissing, match="None"):
        require_right([LEFT_OUT])


def test_progress_counts_the_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, "pico", EngineMissing("gone"))
    shares: list[float] = []
    selftest(["cpython", "pico"], shares.append)
    assert shares == [0.5, 1.0]


@pytest.mark.parametrize(
    ("reports", "right"), [([RIGHT], True), ([RIGHT, LEFT_OUT], True), ([RIGHT, WRONG], False), ([LEFT_OUT], False)]
)
def test_the_document_is_right_if_something_ran_and_nothing_was_wrong(reports: list[EngineReport], right: bool) -> None:
    assert selftest_document(reports)["right"] is right


def test_the_document_names_every_vector_and_why_an_engine_was_left_out() -> None:
    told = selftest_document([WRONG, LEFT_OUT])
    comb = {"name": "comb", "expected": 0xABC, "found": 0xABC, "right": True}
    target = {"name": "target", "expected": 0xABC, "found": 0x12, "right": False}
    assert told["engines"] == [
        {"engine": "pico", "right": False, "left_out": None, "vectors": [comb, target]},
        {"engine": "micropython", "right": None, "left_out": "It is not installed. Install it.", "vectors": []},
    ]


def test_the_text_has_a_line_per_engine_and_per_wrong_vector() -> None:
    assert selftest_text([RIGHT, WRONG, LEFT_OUT]).splitlines() == [
        "cpython      1 of 1 golden vectors right",
        "pico         1 of 2 golden vectors right",
        "             target: 0x000012 instead of 0x000ABC",
        "micropython  left out: It is not installed. Install it.",
    ]
