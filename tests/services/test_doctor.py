"""The doctor: each thing that can be wrong is found, said what it means, and said what to do about it."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from buzzband.archive import Archive
from buzzband.archive.raw import sha256_of
from buzzband.errors import (
    AtPrompt,
    EngineMissing,
    Garbled,
    NoBoard,
    NoPermission,
    NotAPrompt,
    NotStarted,
    PortBusy,
    SeveralBoards,
    Silent,
    Unplugged,
    Unwell,
    WrongProtocol,
)
from buzzband.packs import new_pack
from buzzband.services import doctor as service
from buzzband.services import examination
from buzzband.services.doctor import doctor, judged
from buzzband.services.examination import Patient, Way
from buzzband.services.findings import Examined, Finding, Level, examined_document, examined_text
from buzzband.services.probes import SAMPLES
from buzzband.transports.drives import PICO_BOARD, Drive
from buzzband.transports.replies import Hello
from buzzband_fw.core.quality import FLAT, HUM, RAIL
from buzzband_fw.link import messages
from services.patients import CONFIG, HELLO, IDENTITY, MID, PORT, PROMPT, STORAGE, UID, WELL, band, prompt


def faults(patient: Patient) -> list[str]:
    return [finding.code for finding in judged(patient) if finding.level is Level.FAULT]


def notes(patient: Patient) -> list[str]:
    return [finding.code for finding in judged(patient) if finding.level is Level.NOTE]


def hum(frequency_hz: float) -> tuple[int, ...]:
    return tuple(round(MID + 2000 * math.sin(2 * math.pi * frequency_hz * n / 1000)) for n in range(SAMPLES))


def test_a_band_that_is_well_has_nothing_but_fine_lines_about_everything() -> None:
    found = judged(WELL)
    assert [(one.area, one.level) for one in found if one.level is not Level.FINE] == []
    areas = {one.area for one in found}
    assert areas == {
        "board", "micropython", "app", "starts", "file system", "settings", "clock", "power", "button", "movement",
        "motor", "muscle", "contact",
    }  # fmt: skip


UNREACHED: dict[str, Patient] = {
    "NoBoard": Patient(trouble=NoBoard("none")),
    "SeveralBoards": Patient(trouble=SeveralBoards("two")),
    "NoPermission": Patient(PORT, trouble=NoPermission("may not", "Join the group.")),
    "PortBusy": Patient(PORT, trouble=PortBusy("in use by Thonny")),
    "Silent": Patient(PORT, trouble=Silent("nothing"), prompt_trouble=None),
    "Garbled": Patient(PORT, trouble=Garbled("damaged")),
    "Unplugged": Patient(PORT, trouble=Unplugged("gone")),
    "WrongProtocol": Patient(PORT, trouble=WrongProtocol("2")),
    "bootsel": Patient("/media/RPI-RP2", drive=Drive("/media/RPI-RP2", PICO_BOARD)),
    "bare": Patient(PORT, trouble=AtPrompt("prompt"), prompt=prompt(storage={"slots": ()})),
    "gave_up": Patient(PORT, trouble=AtPrompt("prompt"), prompt=prompt(storage={"crashes": 9, "crash": "OSError: 5"})),
    "AtPrompt": Patient(PORT, trouble=AtPrompt("prompt"), prompt=PROMPT),
}


@pytest.mark.parametrize("code", UNREACHED)
def test_what_keeps_one_from_the_app_is_the_finding(code: str) -> None:
    patient = UNREACHED[code]
    assert code in faults(patient)
    (found,) = (one for one in judged(patient) if one.code == code)
    assert found.meaning
    assert found.mend


ILL: dict[str, tuple[str, Patient]] = {
    "a prompt that does not come up": ("NotAPrompt", replace(WELL, prompt=None, prompt_trouble=NotAPrompt("no"))),
    "an app that does not come back": ("not_started", replace(WELL, start_trouble=NotStarted("no"))),
    "MicroPython that is too old": ("unsupported", replace(WELL, prompt=prompt(identity={"version": (1, 22, 2)}))),
    "another chip": ("other_board", replace(WELL, prompt=prompt(identity={"machine": "Pico 2 with RP2350"}))),
    "CircuitPython": ("other_board", replace(WELL, prompt=prompt(identity={"implementation": "circuitpython"}))),
    "a chosen slot without an app": ("missing_slot", replace(WELL, prompt=prompt(storage={"chosen": "b"}))),
    "a chosen slot that cannot be loaded": (
        "broken_slot",
        replace(WELL, prompt=prompt(storage={"chosen": "b", "slots": ("a", "b")})),
    ),
    "files that are not as installed": ("damaged_files", replace(WELL, prompt=prompt(differing=("/a/x.mpy",)))),
    "safe mode": ("safe_mode", replace(WELL, band=band(hello={"safe_mode": True}))),
    "a full file system": ("full", replace(WELL, prompt=prompt(storage={"free_bytes": 30_000}))),
    "a full file system, over the link": ("full", Patient(PORT, band=band(faults=messages.FLASH_FULL))),
    "flash that fails": ("recorder_failed", replace(WELL, band=band(faults=messages.RECORDER_FAILED))),
    "settings that cannot be": ("bad_settings", replace(WELL, band=band(config={"problems": ("mains_hz",)}))),
    "a file of settings that is none": ("unreadable_settings", replace(WELL, band=band(faults=messages.BAD_SETTINGS))),
    "samples that do not come": ("samples", replace(WELL, band=band(blocks=1100))),
    "a supply that is too weak": ("supply", replace(WELL, prompt=prompt(wiring={"supply_mv": 4000}))),
    "a low battery": ("battery", Patient(PORT, band=band(faults=0, supply_mv=3400))),
    "a button that is held": ("button", replace(WELL, prompt=prompt(wiring={"pressed": True}))),
    "no movement sensor": ("no_imu", replace(WELL, prompt=prompt(wiring={"chips": {}}))),
    "another chip in its place": ("no_imu", replace(WELL, prompt=prompt(wiring={"chips": {0x68: 0xEA}}))),
    "no movement sensor, over the link": ("no_imu", Patient(PORT, band=band(faults=messages.NO_IMU))),
    "a motor that fails": ("motor", replace(WELL, band=band(faults=messages.MOTOR))),
    "a motor's driver that is not there": (
        "no_driver",
        replace(WELL, band=band(config={"values": CONFIG.values | {"motor": "lra"}})),
    ),
    "a motor's driver that nobody uses": ("not_chosen", replace(WELL, prompt=prompt(wiring={"driver": 0xE0}))),
    "a motor that the electrodes hear": ("leak", replace(WELL, band=band(leak_permille=400))),
    "no muscle sensor": ("no_sensor", replace(WELL, prompt=prompt(wiring={"pulled": (64_000, 900)}))),
    "a muscle sensor without supply": (
        "sensor_level",
        replace(WELL, prompt=prompt(wiring={"samples": (90,) * SAMPLES})),
    ),
    "an electrode that is off": ("rail", replace(WELL, band=band(faults=0, flags=RAIL))),
    "a plug that is out": ("flat", replace(WELL, band=band(faults=0, flags=FLAT))),
    "hum": ("hum", replace(WELL, band=band(faults=0, flags=HUM))),
}


@pytest.mark.parametrize("what", ILL)
def test_what_is_wrong_is_found_with_what_it_means_and_what_to_do(what: str) -> None:
    code, patient = ILL[what]
    assert faults(patient) == [code]
    (found,) = (one for one in judged(patient) if one.code == code)
    assert found.told
    assert found.meaning
    assert found.mend
    with pytest.raises(Unwell, match="1 fault found"):
        Examined(PORT, UID, tuple(judged(patient))).require_well()


KNOWN: dict[str, tuple[str, Patient]] = {
    "a version to be careful with": ("doubtful", replace(WELL, prompt=prompt(identity={"version": (1, 26, 1)}))),
    "a crash of long ago": ("crashed", replace(WELL, prompt=prompt(storage={"crash": "OSError: 5"}))),
    "little room": ("nearly_full", replace(WELL, prompt=prompt(storage={"free_bytes": 100_000}))),
    "an emulated band's clock": ("pace", replace(WELL, band=band(host_ms=33_000))),
    "a session that goes on": ("busy", Patient(PORT, band=band(state=messages.RUNNING))),
    "hum of electrodes that nobody wears": ("hum", replace(WELL, band=band(flags=HUM))),
}


@pytest.mark.parametrize("what", KNOWN)
def test_what_is_worth_knowing_is_told_and_no_fault(what: str) -> None:
    code, patient = KNOWN[what]
    assert faults(patient) == []
    assert notes(patient) == [code]
    Examined(PORT, UID, tuple(judged(patient))).require_well()


@pytest.mark.parametrize(
    ("frequency_hz", "told"), [(50, "hum at 50 Hz"), (60, "hum at 60 Hz"), (150, "hum at 50 Hz"), (85, "mV")]
)
def test_hum_at_the_pin_is_named(frequency_hz: float, told: str) -> None:
    patient = replace(WELL, prompt=prompt(wiring={"samples": hum(frequency_hz)}))
    (found,) = (one for one in judged(patient) if one.area == "muscle")
    assert found.told.endswith(told)


def test_a_leak_that_is_small_is_fine() -> None:
    (found,) = (one for one in judged(replace(WELL, band=band(leak_permille=40))) if one.area == "motor leak")
    assert found.level is Level.FINE
    assert "4 %" in found.told


def test_a_quick_look_does_not_complain_of_what_it_left_out() -> None:
    assert [one for one in judged(Patient(PORT, band=band()), quick=True) if one.level is not Level.FINE] == []


# How it looks


FILES = {"main.py": b"start()", "a.app": new_pack({"buzzband_fw/app.mpy": b"M-app", "buzzband_fw/band.mpy": b"M-band"})}
MODULES = {"app": sha256_of(b"M-app"), "band": sha256_of(b"M-band")}


@dataclass
class Bench:
    """A board as the service gets at it. ``done``: what was done to it, in order."""

    hello: Hello | Exception = HELLO
    problems: list[tuple[str, ...]] = field(default_factory=lambda: [()])
    state: int = messages.IDLE
    slots: tuple[str, ...] = ("a",)
    chosen: str = "a"
    prompt: Exception | None = None
    comes_back: Hello | Exception = HELLO
    hashes: Callable[[list[str]], dict[str, str | None]] = lambda paths: dict.fromkeys(paths, sha256_of(b"start()"))
    modules: dict[str, dict[str, str]] = field(default_factory=lambda: {"/a.app": MODULES})
    done: list[str] = field(default_factory=list)

    def link(self, _stream: object, **_options: object) -> Any:
        blocks, clock_ms = iter(range(1000, 10_000, 230)), iter((5000, 7300))
        return SimpleNamespace(
            hello=self._hello,
            tell_time=lambda utc_ms: SimpleNamespace(utc_ms=utc_ms, t_ms=next(clock_ms)),
            status=lambda: replace(WELL.band.after, blocks=next(blocks), state=self.state),  # type: ignore[union-attr]
            sessions=lambda: (),
            config=lambda: replace(CONFIG, problems=self.problems.pop(0) if self.problems[1:] else self.problems[0]),
            change=lambda changes: self.done.append(f"change {dict(changes)}"),
        )

    def _hello(self) -> Hello:
        self.done.append("hello")
        if isinstance(self.hello, Exception):
            raise self.hello
        return self.hello

    @contextmanager
    def board_at(self, _port: str, _patience_s: float) -> Iterator[Any]:
        self.done.append("prompt")
        if self.prompt:
            raise self.prompt
        yield SimpleNamespace(
            identity=lambda: IDENTITY,
            hashes=self.hashes,
            reset=lambda: self.done.append("reset"),
            exec=lambda _code: self.done.append("exec"),
        )

    def way(self, archive: Path, **options: Any) -> Way:
        return Way(Archive(archive), lambda: FILES, "0.1.0", 0.01, open_board=self.board_at, **options)

    def awaited(self, port: str, _serial: str, _patience_s: float, _greet: object) -> tuple[str, Hello]:
        self.done.append("awaited")
        if isinstance(self.comes_back, Exception):
            raise self.comes_back
        return port, self.comes_back


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    for module in (examination, service):
        monkeypatch.setattr(module, "open_port", lambda _port: nullcontext())
        monkeypatch.setattr(module, "Link", made.link)
        monkeypatch.setattr(module, "awaited_band", made.awaited)
        monkeypatch.setattr(module.ports, "serial_number_of", lambda _port: "")  # type: ignore[attr-defined]
    monkeypatch.setattr(examination, "_LOOK_S", 0.0)
    monkeypatch.setattr(examination, "_now_ms", cycle((100_000, 102_300)).__next__)
    monkeypatch.setattr(
        examination.probes, "storage", lambda _board: replace(STORAGE, slots=made.slots, chosen=made.chosen)
    )
    monkeypatch.setattr(examination.probes, "modules", lambda _board, path: made.modules.get(path, {}))
    monkeypatch.setattr(examination.probes, "wiring", lambda _board: PROMPT.wiring)
    return made


def app_line(found: Examined) -> str:
    (line,) = (one.told for one in found.findings if one.area == "app")
    return line


def codes(found: Examined) -> list[str]:
    return [one.code for one in found.faults]


def test_a_well_band_is_looked_at_from_both_sides_and_restarted(bench: Bench, tmp_path: Path) -> None:
    shares: list[float] = []
    found = doctor(PORT, bench.way(tmp_path), progress=shares.append)
    assert (codes(found), found.uid, found.where) == ([], UID, PORT)
    assert bench.done == ["hello", "prompt", "reset", "awaited"]
    assert shares == [0.5, 1.0]


def test_a_quick_look_leaves_the_app_running(bench: Bench, tmp_path: Path) -> None:
    doctor(PORT, bench.way(tmp_path, quick=True))
    assert bench.done == ["hello"]


@pytest.mark.parametrize("state", [messages.RUNNING, messages.CALIBRATING, messages.ASKING])
def test_a_session_is_not_ended_for_it(bench: Bench, tmp_path: Path, state: int) -> None:
    bench.state = state
    assert [one.code for one in doctor(PORT, bench.way(tmp_path)).findings if one.level is Level.NOTE] == ["busy"]
    assert bench.done == ["hello"]


def test_a_port_that_cannot_be_opened_is_not_tried_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_port: str) -> None:
        raise PortBusy("in use by Thonny")

    monkeypatch.setattr(examination, "open_port", busy)
    assert codes(doctor(PORT, bench.way(tmp_path))) == ["PortBusy"]
    assert bench.done == []


@pytest.mark.parametrize("trouble", [Silent("no"), Garbled("no"), AtPrompt("no")])
def test_a_board_whose_app_does_not_answer_is_looked_at_from_its_prompt(
    bench: Bench, tmp_path: Path, trouble: Exception
) -> None:
    bench.hello, bench.slots = trouble, ()
    assert codes(doctor(PORT, bench.way(tmp_path))) == ["bare"]
    assert bench.done == ["hello", "prompt", "reset"]


def test_an_app_that_does_not_come_back_is_found(bench: Bench, tmp_path: Path) -> None:
    bench.comes_back = NotStarted("It does not answer.")
    assert codes(doctor(PORT, bench.way(tmp_path))) == ["not_started"]


def test_the_app_is_compared_module_by_module_in_the_slot_that_runs(bench: Bench, tmp_path: Path) -> None:
    bench.hello, bench.slots, bench.chosen = replace(HELLO, slot="b"), ("a", "b"), "b"
    bench.modules = {"/b.app": MODULES}  # slot a holds another app
    assert app_line(doctor(PORT, bench.way(tmp_path))).endswith("every file as installed")
    bench.modules = {"/a.app": MODULES, "/b.app": {**MODULES, "app": sha256_of(b"torn")}}
    assert "first is /b.app" in app_line(doctor(PORT, bench.way(tmp_path)))


def test_what_starts_the_app_is_compared_by_its_hash(bench: Bench, tmp_path: Path) -> None:
    bench.hashes = lambda paths: dict.fromkeys(paths, sha256_of(b"old"))
    assert "1 file not as they were installed, the first is /main.py" in app_line(doctor(PORT, bench.way(tmp_path)))


def test_an_app_of_another_version_is_not_compared(bench: Bench, tmp_path: Path) -> None:
    bench.modules = {}
    assert codes(doctor(PORT, replace(bench.way(tmp_path), app="0.2.0"))) == []


def test_without_a_compiler_files_are_not_compared(bench: Bench, tmp_path: Path) -> None:
    def missing() -> dict[str, bytes]:
        raise EngineMissing("no mpy-cross")

    assert codes(doctor(PORT, replace(bench.way(tmp_path), files=missing))) == []


# What it mends


def test_settings_that_cannot_be_go_back_to_their_defaults_and_wearers_stay(bench: Bench, tmp_path: Path) -> None:
    bench.problems = [("mains_hz", "wearers"), ()]
    found = doctor(PORT, bench.way(tmp_path), fix=True)
    assert bench.done[-1] == "change {'mains_hz': None}"
    (one,) = (one for one in found.findings if one.code == "bad_settings")
    assert one.mended
    found.require_well()


def test_settings_that_stay_bad_are_not_called_mended(bench: Bench, tmp_path: Path) -> None:
    bench.problems = [("wearers",)]
    assert codes(doctor(PORT, bench.way(tmp_path), fix=True)) == ["bad_settings"]


@pytest.mark.parametrize("safe_mode_again", [False, True])
def test_safe_mode_is_left_by_a_start_anew_and_called_mended_if_it_was(
    bench: Bench, tmp_path: Path, safe_mode_again: bool
) -> None:
    bench.hello = replace(HELLO, safe_mode=True)
    bench.comes_back = replace(HELLO, safe_mode=safe_mode_again)
    found = doctor(PORT, bench.way(tmp_path), fix=True)
    assert bench.done[-4:] == ["prompt", "exec", "reset", "awaited"]
    assert codes(found) == (["safe_mode"] if safe_mode_again else [])


def test_without_fix_nothing_is_mended(bench: Bench, tmp_path: Path) -> None:
    bench.hello, bench.problems = replace(HELLO, safe_mode=True), [("mains_hz",)]
    assert codes(doctor(PORT, bench.way(tmp_path))) == ["safe_mode", "bad_settings"]
    assert not [one for one in bench.done if one.startswith(("change", "exec"))]


# What it says


def test_a_line_for_each_thing_and_below_a_fault_what_it_means_and_what_to_do() -> None:
    found = Examined(
        PORT,
        UID,
        (
            Finding("button", Level.FINE, "up"),
            Finding("movement", Level.FAULT, "No sensor.", "no_imu", "Reps suffer.", "Solder it."),
            Finding("starts", Level.FAULT, "Safe mode.", "safe_mode", "No motor.", "Restart it.", mended=True),
        ),
    )
    assert examined_text(found).splitlines() == [
        f"{PORT}, band {UID}",
        "fine    button    up",
        "FAULT   movement  No sensor.",
        "                  Reps suffer.",
        "                  Solder it.",
        "MENDED  starts    Safe mode.",
        "                  No motor.",
    ]
    told = examined_document(found)
    assert (told["schema"], told["where"], told["uid"], told["faults"]) == ("buzzband/doctor/1", PORT, UID, 1)
    assert told["findings"][1]["code"] == "no_imu"
    assert told["findings"][1]["level"] == "fault"
