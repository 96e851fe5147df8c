"""``buzzband monitor`` and ``buzzband calibrate`` as commands."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from app.bench import link_to
from app.wearing import WornBand
from buzzband.recordings.synth.wearers import Wearer, draw
from buzzband.services import calibrate as calibrating
from buzzband_fw.link import messages
from cli.builders import BUZZBAND, run, three_bursts
from golden_logs.make import FOLDER
from transports.fake_band import FakeBand

LOG = FOLDER / "curls.bbl"
ON_USB = (messages.IDLE, 0, messages.USB_POWER, *[0] * 11)


class Opened(FakeBand):
    """A band that a port has been opened to."""

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to let go of."""


def plug_in(band: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("monitor", "devices_port"):
        monkeypatch.setattr(f"buzzband.services.{module}.chosen_port", lambda _: "x")
        monkeypatch.setattr(f"buzzband.services.{module}.open_port", lambda _: band)


def test_a_recording_is_printed_line_by_line(tmp_path: Path) -> None:
    result = run("monitor", "--replay", three_bursts(tmp_path), "--speed", 100)
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert lines[0] == "monday.csv"
    assert sum("on target" in line for line in lines if "rep" not in line) == 3
    assert "The recording ends here." in lines[-1]


def test_with_json_each_line_is_an_object(tmp_path: Path) -> None:
    result = run("monitor", "--replay", three_bursts(tmp_path), "--speed", 100, "--json", "--target", 40)
    first, *others = map(json.loads, result.output.splitlines())
    assert first == {"schema": "buzzband/monitor/1", "source": "monday.csv"}
    assert {one["kind"] for one in others} >= {"activation", "word", "state", "note"}
    assert {one["target_permille"] for one in others if one["kind"] == "state"} == {400}
    times = [one["t_s"] for one in others]
    assert times[-1] == pytest.approx(10.5, abs=0.02)


@pytest.mark.parametrize("arguments", [("--lines",), ("--json",)])
def test_a_reader_that_goes_away_ends_it_in_silence(arguments: tuple[str, ...]) -> None:
    with started("--speed", "100", *arguments) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_and_every_line_is_whole(number: signal.Signals) -> None:
    with started("--speed", "0.5", "--json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(number)
        rest, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, b"")
        assert rest.endswith(b"\n")
        assert all(json.loads(line) for line in rest.splitlines())


def started(*arguments: str) -> "subprocess.Popen[bytes]":
    command = [str(BUZZBAND), "monitor", "--replay", str(LOG), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("monitor", "--port", "x", "--replay", LOG),
        ("monitor", "--speed", 2),
        ("monitor", "--target", 40, "--port", "x"),
        ("monitor", "--replay", LOG, "--speed", 0),
        ("monitor", "--replay", LOG, "--speed", "nan"),
        ("calibrate", "--patience", "nan"),
        ("devices", "--patience", "inf"),
        ("twin", "--erase-ms", "nan"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: tuple[object, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("monitor", "--replay", "/nowhere.csv"), 5),
        (("monitor", "--replay", LOG, "--rate", 1000), 5),
        (("monitor", "--port", "/nowhere"), 3),
        (("calibrate", "--port", "/nowhere"), 3),
    ],
)
def test_what_a_user_can_cause_has_its_exit_code(arguments: tuple[object, ...], exit_code: int) -> None:
    assert run(*arguments).exit_code == exit_code


@pytest.mark.parametrize("command", ["monitor", "calibrate"])
def test_a_band_on_usb_power_is_refused_with_the_mend(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    band = Opened(status=ON_USB)
    plug_in(band, monkeypatch)
    result = run(command, "--port", "x")
    assert result.exit_code == 16
    assert "no USB isolator is declared" in result.stderr
    assert "buzzband config set usb_isolator yes" in result.stderr
    assert result.stdout == ""
    assert messages.STREAM not in band.requests
    assert messages.CALIBRATE not in band.requests


@pytest.mark.parametrize(("kind", "exit_code"), [("good", 0), ("lead off", 16)])
def test_calibrate_says_on_the_error_output_what_to_do_and_prints_what_came_of_it(
    kind: str, exit_code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    wearer = Wearer("good", grade=3) if kind == "good" else draw(kind, np.random.default_rng(1))
    with WornBand(wearer, {"autostart": False}, 1) as band:
        band.run_for(1)
        lead = calibrating.calibrate
        plug_in(Opened(), monkeypatch)
        monkeypatch.setattr(calibrating, "calibrate", lambda _link, how, watch: lead(link_to(band), how, watch))
        result = run("calibrate", "--port", "x", "--json")
    assert result.exit_code == exit_code
    assert "Breathe out." in result.stderr
    if exit_code:
        assert "Press them on, and check the plug." in result.stderr
    else:
        found = json.loads(result.stdout)
        assert found["schema"] == "buzzband/calibrate/1"
        assert 1 <= found["grade"] <= 3
        assert result.stderr.count("Squeeze") == 3
