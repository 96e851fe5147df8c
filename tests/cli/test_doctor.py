"""``buzzband doctor`` as it is typed."""

import json
from pathlib import Path
from typing import Any

import pytest

import buzzband_fw
from buzzband.services.examination import Way
from buzzband.services.findings import Examined, Finding, Level
from cli.builders import run

FINE = Finding("button", Level.FINE, "up")
NOTE = Finding("starts", Level.NOTE, "It has crashed.", "crashed", "It runs again.", "Report it.")
FAULT = Finding("movement", Level.FAULT, "No sensor.", "no_imu", "Reps suffer.", "Solder it.")
PORT = "/dev/ttyFAKE0"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, Way, bool]]:
    """What the service was asked for; it finds what the port's name calls for."""
    calls: list[tuple[str | None, Way, bool]] = []

    def doctor(port: str | None, way: Way, *, fix: bool, progress: Any) -> Examined:
        calls.append((port, way, fix))
        progress(1.0)
        return Examined(port or "", "", (FINE, NOTE, FAULT) if port == PORT else (FINE, NOTE))

    monkeypatch.setattr("buzzband.services.doctor.doctor", doctor)
    return calls


def test_faults_are_printed_and_are_exit_15(asked: list[Any]) -> None:
    result = run("doctor", "--port", PORT)
    assert result.exit_code == 15
    assert "FAULT   movement  No sensor.\n" in result.stdout
    assert "1 fault found" in result.stderr
    assert json.loads(run("doctor", "--port", PORT, "--json").stdout)["faults"] == 1


def test_what_is_only_worth_knowing_is_exit_0(asked: list[Any]) -> None:
    assert run("doctor").exit_code == 0


def test_options_reach_the_service(asked: list[tuple[str | None, Way, bool]], tmp_path: Path) -> None:
    run("doctor", "--quick", "--fix", "--patience", "30", "--archive", tmp_path / "mine")
    ((port, way, fix),) = asked
    assert (port, fix, way.quick, way.patience_s, way.app) == (None, True, True, 30.0, buzzband_fw.__version__)
    assert way.archive.folder == tmp_path / "mine"


def test_without_any_board_that_is_the_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buzzband.services.devices_port.all_ports", tuple)
    monkeypatch.setattr("buzzband.services.devices_port.boot_drives", tuple)
    result = run("doctor", "--json")
    assert result.exit_code == 15
    (found,) = json.loads(result.stdout)["findings"]
    assert (found["code"], found["level"]) == ("NoBoard", "fault")
    assert found["mend"].startswith("Plug the Pico in")
