"""``buzzband devices`` as it is typed."""

import json

import pytest

from buzzband.services.devices import Device, Kind
from cli.builders import run

BAND = Device(Kind.BAND, "/dev/ttyFAKE0", "e66138528361ba32", "0.1.0", "1.24.1", "a")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], float]]:
    calls: list[tuple[tuple[str, ...], float]] = []

    def found(named: tuple[str, ...], patience_s: float) -> tuple[Device, ...]:
        calls.append((named, patience_s))
        return (BAND,) if named else ()

    monkeypatch.setattr("buzzband.services.devices.devices", found)
    return calls


def test_every_port_that_is_named_is_asked(asked: list[tuple[tuple[str, ...], float]]) -> None:
    result = run("devices", "--port", "/dev/pts/1", "--port", "/dev/pts/2", "--patience", "15")
    assert asked == [(("/dev/pts/1", "/dev/pts/2"), 15.0)]
    assert result.stdout == "/dev/ttyFAKE0: band, app 0.1.0 in slot a, MicroPython 1.24.1, uid e66138528361ba32\n"


@pytest.mark.usefixtures("asked")
def test_nothing_plugged_in_is_no_failure() -> None:
    result = run("devices")
    assert result.exit_code == 0
    assert result.stdout.startswith("Nothing that could be a band is plugged in.\n")


@pytest.mark.usefixtures("asked")
def test_json_is_one_document() -> None:
    told = json.loads(run("devices", "--json", "--port", "x").stdout)
    assert told["schema"] == "buzzband/devices/1"
    assert told["devices"][0]["kind"] == "band"
    assert told["devices"][0]["uid"] == BAND.uid


def test_a_port_that_is_not_there_is_in_the_list_with_its_mend() -> None:
    told = json.loads(run("devices", "--json", "--port", "/dev/nowhere").stdout)["devices"][-1]
    assert (told["where"], told["trouble"]) == ("/dev/nowhere", "NoSuchPort")
    assert told["mend"]
