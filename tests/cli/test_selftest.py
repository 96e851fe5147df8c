"""``buzzband selftest`` as it is typed."""

import json

import pytest

from buzzband.errors import EngineFailed, EngineMissing
from buzzband.services import selftest as service
from cli.builders import run, subprocess_run


def gone() -> str:
    raise EngineMissing("The package rp2040py is not installed.")


def broken() -> str:
    raise EngineFailed("The core raised on the engine:\nMemoryError")


def test_it_says_how_many_vectors_are_right() -> None:
    result = run("selftest", "--engine", "cpython")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "cpython      11 of 11 golden vectors right\n"


def test_json_names_every_vector() -> None:
    done = subprocess_run("selftest", "--engine", "cpython", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr, told["right"]) == (0, b"", True)
    (engine,) = told["engines"]
    assert (engine["engine"], engine["left_out"], len(engine["vectors"])) == ("cpython", None, 11)
    assert all(vector["expected"] == vector["found"] for vector in engine["vectors"])


def test_without_an_engine_named_all_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(service.RUNNERS, "micropython", gone)
    monkeypatch.setitem(service.RUNNERS, "pico", gone)
    monkeypatch.setitem(service.RUNNERS, "numba", gone)
    result = run("selftest")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["cpython", "micropython", "pico", "numba"]
    assert "pip install 'buzzband[sim]'" in result.stdout


def test_a_wrong_vector_is_exit_8_and_named_on_both_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(service.RUNNERS, "pico", lambda: '[["comb", 1, 2]]')
    result = run("selftest", "--engine", "pico")
    assert result.exit_code == 8
    assert "comb: 0x000002 instead of 0x000001" in result.stdout
    assert "wrong on pico" in result.stderr


def test_a_wrong_vector_leaves_json_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(service.RUNNERS, "pico", lambda: '[["comb", 1, 2]]')
    result = run("selftest", "--engine", "pico", "--json")
    assert (result.exit_code, json.loads(result.stdout)["right"]) == (8, False)


def test_an_engine_that_is_not_installed_is_exit_6_if_there_is_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(service.RUNNERS, "pico", gone)
    result = run("selftest", "--engine", "pico", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["right"]) == (6, False)
    assert "rp2040py" in told["engines"][0]["left_out"]
    assert "installed" in result.stderr


def test_an_engine_that_fails_is_exit_6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(service.RUNNERS, "pico", broken)
    result = run("selftest", "--engine", "cpython", "--engine", "pico")
    assert result.exit_code == 6
    assert "MemoryError" in result.stderr


def test_an_unknown_engine_is_exit_2_and_the_others_are_named() -> None:
    result = run("selftest", "--engine", "abacus")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'cpython', 'micropython', 'pico'" in result.stderr
