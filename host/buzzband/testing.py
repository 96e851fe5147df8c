"""pytest fixtures for those who build on Buzzband; its own tests use them too. In your ``conftest.py``::

    pytest_plugins = ["buzzband.testing"]

and then, in a test::

    def test_every_contraction_is_buzzed(band, recording):
        take = recording.contractions(3)
        with band(take.codes, take.settings) as worn:
            worn.play()
            assert len(worn.motor) == 3

    @pytest.mark.pico(8)
    def test_so_does_the_chip(twin, recording):
        take = recording.contractions(1)
        worn = twin(take.codes, take.settings)
        worn.wait_until(lambda: worn.motor.bursts, budget_s=5)

``band``       the whole app on this interpreter, in simulated time; see ``buzzband.engines.band.VirtualBand``
``twin``       the whole app on an emulated Pico, in chip time; see ``buzzband.twin.Twin``. The test says with
               ``@pytest.mark.pico(seconds)`` how much chip time it may spend; it is skipped where MicroPython's UF2 or
               a package is missing, and fails there if BUZZBAND_REQUIRE_PICO is 1
``recording``  EMG to feed them with, and the settings that fit it; see ``Recordings``

A selection of tests that may spend more than BUZZBAND_CHIP_BUDGET_S seconds of chip time, 35 if not set, is refused.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from buzzband.bundle import band_files, unpacked_files
from buzzband.engines import pico
from buzzband.engines.band import VirtualBand
from buzzband.engines.cpython import condition
from buzzband.engines.job import Settings
from buzzband.recordings import examples, files, synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.labels import emg_channel
from buzzband.recordings.model import Channel
from buzzband.services import calibration
from buzzband.services.simulate import SETTLING_BLOCKS
from buzzband.twin import Emg, Twin

CHIP_BUDGET_VARIABLE = "BUZZBAND_CHIP_BUDGET_S"
REQUIRE_PICO_VARIABLE = "BUZZBAND_REQUIRE_PICO"
CHIP_BUDGET_S = 35.0
EMG_RATE_HZ = 1000.0


@dataclass(frozen=True, eq=False)
class Take:
    """EMG for a band. ``codes``: shape (n,), what the converter gives, 12 bits at 4800 S/s. ``core``: what calibration
    found in it, and the target. ``contractions_s``: start and end of what is known to be in it.
    """

    codes: NDArray[np.uint16]
    core: Settings
    contractions_s: tuple[tuple[float, float], ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """Return what settings.json of a band holds for it."""
        return self.core.as_dict()


class Recordings:
    """Where takes come from. Every target is in percent of the take's best half second."""

    def contractions(
        self,
        count: int = 3,
        *,
        level: float = 0.8,
        on_s: float = 1.5,
        off_s: float = 1.5,
        target_percent: float = 50,
        seed: int = 1,
    ) -> Take:
        """Return a synthetic muscle that rests ``off_s``, works at ``level`` of full effort for ``on_s``, and so on."""
        activation = synth.contractions([level] * count, on_s=on_s, off_s=off_s)
        samples = synth.emg(activation, EMG_RATE_HZ, np.random.default_rng(seed))
        starts = [off_s + index * (on_s + off_s) for index in range(count)]
        return _take(
            Channel("EMG", EMG_RATE_HZ, samples, "mV"), target_percent, tuple((start, start + on_s) for start in starts)
        )

    def example(self, name: str, *, target_percent: float = 50) -> Take:
        """Return a real recording, as ``buzzband simulate --example`` knows them. Raises DownloadError."""
        return _take(emg_channel(examples.example(name))[0], target_percent)

    def file(self, path: Path | str, *, target_percent: float = 50, rate_hz: float | None = None) -> Take:
        """Return what is in a CSV, EDF or BDF file. Raises RecordingError."""
        return _take(emg_channel(files.read(path, rate_hz))[0], target_percent)


def _take(channel: Channel, target_percent: float, contractions_s: tuple[tuple[float, float], ...] = ()) -> Take:
    codes = digitise(channel).raw
    scale = calibration.from_recording(condition(codes, 50).envelope[SETTLING_BLOCKS:], None, None)
    return Take(codes, Settings(50, scale.rest, scale.reference, round(10 * target_percent)), contractions_s)


def chip_budget_s() -> float:
    """Return how much chip time a selection of tests may spend."""
    return float(os.environ.get(CHIP_BUDGET_VARIABLE, CHIP_BUDGET_S))


def chip_seconds(item: pytest.Item) -> float:
    """Return the chip time that a test may spend: the argument of its ``pico`` mark, 0 without one."""
    mark = item.get_closest_marker("pico")
    return float(mark.args[0]) if mark else 0.0


def require_pico(item: pytest.Item) -> float:
    """Return the chip time that a test may spend; skip it where there is no emulated Pico, fail it without a mark."""
    if not (seconds := chip_seconds(item)):
        pytest.fail("a test that boots the Pico declares its chip time: @pytest.mark.pico(seconds)")
    if why := pico.missing():
        message = f"{why} {why.hint}"
        if os.environ.get(REQUIRE_PICO_VARIABLE) == "1":
            pytest.fail(message)
        pytest.skip(message)
    return seconds


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line(
        "markers",
        "pico(seconds): boots official MicroPython on an emulated RP2040 and may spend that many seconds of chip time",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Refuse a selection of tests that may spend more chip time than the budget: it takes much longer on the wall."""
    declared_s, budget_s = sum(map(chip_seconds, session.items)), chip_budget_s()
    if declared_s > budget_s:
        raise pytest.UsageError(
            f"The selected tests declare {declared_s:g} s of emulated chip time; the budget is {budget_s:g} s. "
            f"Select fewer, or raise {CHIP_BUDGET_VARIABLE}."
        )


@pytest.fixture
def recording() -> Recordings:
    """EMG to feed a band with."""
    return Recordings()


@pytest.fixture
def band() -> type[VirtualBand]:
    """The whole app on this interpreter: ``with band(codes, settings, …) as worn:``."""
    return VirtualBand


@pytest.fixture
def twin(request: pytest.FixtureRequest) -> Iterator[Callable[..., Twin]]:
    """Twins for this test: ``twin(codes, settings, …)``; all of them together have the chip time that it declares.

    ``codes`` may be an ``Emg``; ``files``: what the file system holds instead of, or beside, the app. With a
    ``main.py`` among them the app lies in /a, with the modules and names of its source. The rest is passed on to
    ``Twin``.
    """
    left_s = require_pico(request.node)
    made: list[Twin] = []
    with ExitStack() as stack:

        def make(
            codes: ArrayLike | Emg = (),
            settings: Mapping[str, Any] | None = None,
            *,
            files: Mapping[str, bytes] | None = None,
            pty: bool = False,
            **options: Any,
        ) -> Twin:
            emg = codes if isinstance(codes, Emg) else Emg(np.asarray(codes, np.uint16))
            budget_s = left_s - sum(one.chip_s for one in made)
            app = unpacked_files if files and "main.py" in files else band_files
            contents = {**app(settings), **(files or {})}
            made.append(stack.enter_context(Twin(contents, emg=emg, pty=pty, budget_s=budget_s, **options)))
            return made[-1]

        yield make
