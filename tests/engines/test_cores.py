"""The core as machine code gives what the plain core gives, bit for bit, and is not missed where it is not there."""

import ast
import builtins
import inspect
import sys
from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from buzzband.engines import cores
from buzzband.engines.cpython import Conditioned, condition, decide
from buzzband.engines.job import Blocks, Settings
from buzzband.engines.rerun import rerun
from buzzband.errors import EngineMissing
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.band_log import read_log
from buzzband.recordings.frames import frames_of
from buzzband.recordings.tellings import tellings
from buzzband.services import calibration
from buzzband_fw.core import modes
from checked import check_everything, core_modules, is_kernel
from report import year

numba = pytest.importorskip("numba", reason="the extra fast is not installed")

CONDITIONED = ("rectified", "envelope", "counts", "samples")
DECIDED = ("envelope", "gated", "flags", "word", "samples")
WINDOW_BLOCKS = 25
BYTES = {"keep", "level", "turns", "usual", "fastest"}  # the kernels that work on bytes, which stay as they are


def assert_same(found: object, wanted: object, names: tuple[str, ...]) -> None:
    for name in names:
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)


def kernels() -> Iterator[tuple[ModuleType, str, Callable[..., Any]]]:
    """Every kernel of the core, where it stands."""
    for module in core_modules():
        for name, thing in vars(module).items():
            if is_kernel(thing) and thing.__module__ == module.__name__:
                yield module, name, thing


def conditioned_by(core: cores.Core, raw: np.ndarray, mains_hz: int) -> Conditioned:
    return condition(raw, mains_hz, trace=True, core=core)


@settings(max_examples=60, deadline=None)
@given(raw=strategies.raw(48 * 60), blocks=st.integers(0, 60), mains_hz=st.sampled_from((50, 60)))
def test_machine_code_conditions_bit_for_bit(raw: list[int], blocks: int, mains_hz: int) -> None:
    samples = np.array(raw[: 48 * blocks], np.uint16)
    found, wanted = (conditioned_by(core, samples, mains_hz) for core in (cores.compiled(), cores.PLAIN))
    assert_same(found, wanted, CONDITIONED)


@settings(max_examples=10, deadline=None)
@given(raw=strategies.raw(48 * 10), mains_hz=st.sampled_from((50, 60)))
def test_machine_code_gives_what_checked_arithmetic_gives(raw: list[int], mains_hz: int) -> None:
    samples = np.array(raw, np.uint16)
    found = conditioned_by(cores.compiled(), samples, mains_hz)
    with pytest.MonkeyPatch.context() as patched:
        check_everything(patched)
        assert_same(found, conditioned_by(cores.PLAIN, samples, mains_hz), CONDITIONED)


def test_machine_code_gives_every_golden_vector() -> None:
    vectors = cores.compiled().module("golden").run()
    assert len(vectors) >= 10
    assert all(found == expected for _, expected, found in vectors)


def lifted(exercise: synth.Exercise, seed: int) -> tuple[np.ndarray, np.ndarray, Settings]:
    """A set: raw samples, frames, settings from the recording itself."""
    (made,) = synth.lifted_sets(1, seed, exercise=exercise)
    raw = digitise(made.recording.channels[0]).raw
    frames, _ = frames_of(made.recording)
    assert frames is not None
    scale = calibration.from_recording(condition(raw, 50).envelope[50:], None, None)
    return raw, frames, Settings(50, scale.rest, scale.reference, 500)


def decided_by(core: cores.Core, raw: np.ndarray, settings: Settings, frames: np.ndarray | None) -> Blocks:
    return decide(conditioned_by(core, raw, settings.mains_hz), settings, frames, core)


@pytest.mark.parametrize(
    ("exercise", "named", "imu"),
    [
        (synth.CURL, "curl", True),
        (synth.CURL, "custom", False),
        (synth.CURL_ON_FOREARM, "curl", True),
        (synth.SQUAT, "squat", True),
        (synth.BIKE, "bike", True),
    ],
)
def test_machine_code_finds_the_same_reps_holds_and_sets(exercise: synth.Exercise, named: str, imu: bool) -> None:
    raw, frames, plain = lifted(exercise, seed=5)
    chosen, felt = replace(plain, exercise=named), frames if imu else None
    found, wanted = (decided_by(core, raw, chosen, felt) for core in (cores.compiled(), cores.PLAIN))
    assert_same(found, wanted, DECIDED)
    assert_same(found.lifting, wanted.lifting, ("reps", "sets", "holds", "degrees"))
    assert found.lifting.sets
    assert np.any(found.lifting.degrees) == imu


@pytest.mark.parametrize("mode", modes.NAMES)
def test_machine_code_says_the_same_words_in_every_mode(mode: str) -> None:
    raw, frames, plain = lifted(synth.CURL_ON_FOREARM, seed=6)
    chosen = replace(plain, mode=mode, tempo="2-1-3", hold_s=2, steady_off_s=1, target_permille=300, fatigue=True)
    found, wanted = (decided_by(core, raw, chosen, frames) for core in (cores.compiled(), cores.PLAIN))
    assert_same(found, wanted, DECIDED)
    assert found.word.any()


def test_machine_code_runs_a_log_again_with_the_same_result() -> None:
    data = year.log_of(1, year.Plan(sets=2, reps=4))
    log = read_log(data)
    then = Settings(50, 300, 12000, 600, "curl")
    now = replace(then, exercise="squat", target_permille=700)
    found, wanted = (
        rerun(log, tellings(data, log.session_id), then, now, core=core) for core in (cores.compiled(), cores.PLAIN)
    )
    assert_same(found, wanted, ("permille", "flags", "cues"))
    assert_same(found.lifting, wanted.lifting, ("reps", "sets", "holds", "degrees"))
    assert found.cues


@pytest.mark.parametrize("kernel", [pytest.param(kernel, id=kernel.__name__) for _, _, kernel in kernels()])
def test_every_kernel_can_be_compiled_but_those_that_work_on_bytes(kernel: Callable[..., Any]) -> None:
    name = kernel.__module__.removeprefix(f"{cores.CORE}.")
    found = getattr(cores.compiled().module(name), kernel.__name__)
    if kernel.__name__ in BYTES:
        assert inspect.isfunction(found)
        return
    whole = {int: numba.int64, None: numba.typeof(array("i"))}
    taken = [whole[kind] for name, kind in kernel.__annotations__.items() if name != "return"]
    found.compile(tuple(taken))
    assert found.signatures


@pytest.mark.parametrize("kernel", [pytest.param(kernel, id=kernel.__name__) for _, _, kernel in kernels()])
def test_what_a_kernel_names_stands_in_its_own_file(kernel: Callable[..., Any]) -> None:
    """Machine code that was kept is made anew only when the file of its kernel has changed."""
    path = Path(inspect.getfile(kernel))
    imported = {
        alias.asname or alias.name
        for statement in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(statement, ast.ImportFrom | ast.Import)
        for alias in statement.names
    }
    assert set(kernel.__code__.co_names) & imported == set()
    assert all(name in kernel.__globals__ or hasattr(builtins, name) for name in kernel.__code__.co_names)


@pytest.fixture
def forgotten() -> Iterator[None]:
    """Let the compiled core be made anew, in this test and after it."""
    cores.compiled.cache_clear()
    yield
    cores.compiled.cache_clear()


def test_short_recordings_do_not_wait_for_numba() -> None:
    assert cores.core_for(cores.WORTH_BLOCKS - 1) is cores.PLAIN
    assert cores.core_for(cores.WORTH_BLOCKS) is cores.compiled()


@pytest.mark.usefixtures("forgotten")
def test_without_numba_the_plain_core_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert cores.core_for(cores.WORTH_BLOCKS) is cores.PLAIN
    with pytest.raises(EngineMissing) as raised:
        cores.compiled()
    assert "buzzband[fast]" in str(raised.value.hint)


@pytest.mark.usefixtures("forgotten")
def test_machine_code_that_can_be_kept_nowhere_runs_nevertheless(monkeypatch: pytest.MonkeyPatch) -> None:
    def njit(kernel: Callable[..., Any], cache: bool = False) -> Callable[..., Any]:
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return kernel

    monkeypatch.setattr(numba, "njit", njit)
    found = conditioned_by(cores.compiled(), np.full(48 * WINDOW_BLOCKS, 2100, np.uint16), 50)
    wanted = conditioned_by(cores.PLAIN, np.full(48 * WINDOW_BLOCKS, 2100, np.uint16), 50)
    assert_same(found, wanted, CONDITIONED)
