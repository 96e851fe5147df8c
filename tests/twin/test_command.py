"""``buzzband twin`` as it is typed."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from buzzband.cli.twin import twin as command
from buzzband.services import twin as service
from buzzband_fw.store.schema import SCHEMA
from twin.bench import TwinBench

TWIN = (sys.executable, "-W", "error", "-c", "from buzzband.cli.twin import twin; twin()")

SHOW = """
from machine import PWM, Pin, reset
from time import sleep_ms
sleep_ms(30)
led, motor = Pin(25, Pin.OUT), PWM(Pin(16), freq=21600, duty_u16=0)
led.on()
sleep_ms(20)
led.off()
motor.duty_u16(40000)
sleep_ms(50)
motor.duty_u16(0)
sleep_ms(5)
reset()
"""


@contextmanager
def started(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen([*TWIN, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.pico(0.05)
@pytest.mark.usefixtures("twin_bench")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_in_one_line_where_it_is_and_runs_until_it_is_interrupted(end: signal.Signals) -> None:
    with started("--json") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert Path(told["port"]).exists()
        assert (told["schema"], told["pid"], told["tcp"] > 0) == ("buzzband/twin/1", process.pid, True)
        process.send_signal(end)
        assert process.communicate(timeout=30) == ("", "")
        assert process.returncode == 0


@pytest.mark.pico(0.05)
@pytest.mark.usefixtures("twin_bench")
def test_it_says_how_to_talk_to_it() -> None:
    with started() as process:
        assert process.stdout is not None
        text = [process.stdout.readline() for _ in range(5)]
    port = text[0].split(" runs on ")[1].split()[0]
    assert text[1:3] == [
        f"  buzzband flash --port {port} --patience 60 --lose-sessions\n",
        f"  mpremote connect {port} ls\n",
    ]
    assert text[3].startswith("  mpremote connect socket://127.0.0.1:")


@pytest.mark.pico(0.2)
def test_buzzes_blinks_and_resets_are_told_as_they_happen(twin_bench: TwinBench) -> None:
    twin, stop = twin_bench.boot(SHOW), threading.Event()
    events = []
    for event in service.follow(twin, stop):
        events.append(event)
        if "reset" in event.text:
            stop.set()
    assert [event.text for event in events] == ["LED, 20 ms", "buzz, 50 ms", "reset: program"]
    assert [event.at_s for event in events] == sorted(event.at_s for event in events)
    assert service.event_text(events[0]) == f"{events[0].at_s:9.3f} s  LED, 20 ms"
    assert twin.paused


def test_a_recording_is_felt_with_the_settings_that_fit_it(tmp_path: Path) -> None:
    path = tmp_path / "monday.csv"
    rows = np.random.default_rng(1).standard_normal(3000) * np.repeat([0.1, 1.0, 0.1], 1000)
    path.write_text("time,EMG\n" + "".join(f"{n / 1000:.3f},{value:.4f}\n" for n, value in enumerate(rows)))
    worn = service.worn(path, None, {"target_permille": 700, "usb_isolator": True})
    assert (worn.name, len(worn.codes), worn.vibration) == ("monday.csv", 14_400, None)
    assert 0 < worn.settings["rest"] < worn.settings["reference"]
    assert (worn.settings["target_permille"], worn.settings["usb_isolator"]) == (700, True)


def test_without_a_recording_it_feels_the_demo_with_its_motor() -> None:
    worn = service.worn(None, None, {})
    assert "synthetic" in worn.name
    assert worn.vibration is not None
    assert set(worn.settings) <= set(SCHEMA)
    assert worn.settings["calibration"] == "stored"  # nobody squeezes when it asks


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no settings"),
        ('{"reference": "much"}', "reference cannot be 'much'"),
        ('{"loudness": 1}', "there is no setting 'loudness'; there are mains_hz"),
    ],
)
def test_settings_that_the_band_would_not_take_are_refused(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(content)
    result = CliRunner().invoke(command, ["--settings", str(path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_only_one_recording_can_be_felt() -> None:
    result = CliRunner().invoke(command, ["--synth", "--example", "fatigue"])
    assert result.exit_code == 2
    assert "one of --recording, --example and --synth" in result.stderr
