"""The emulated Pico as tests use it: each run draws on the chip time that the test has declared."""

import textwrap
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from buzzband.bundle import native_files
from buzzband.engines import Blocks, Settings, pico, replay
from buzzband.engines.job import block_count


class PicoBench:
    """Runs programs on the emulated Pico until the declared chip time is spent."""

    def __init__(self, seconds: float) -> None:
        self.left_s = seconds

    def run(self, files: Mapping[str, bytes], extra_flash: bytes = b"", adc_codes: Iterable[int] = ()) -> pico.PicoRun:
        """Boot, run ``main.py`` to its end and return what it left; BudgetSpent when the chip time is gone."""
        done = pico.run_main(files, budget_s=self.left_s, extra_flash=extra_flash, adc_codes=adc_codes)
        self.left_s -= done.chip_s
        return done

    def run_firmware(
        self, body: str, adc_codes: Iterable[int] = (), files: Mapping[str, bytes] | None = None
    ) -> Mapping[str, bytes]:
        """Run ``body`` beside the firmware, and ``files``, and return the files it left."""
        files = {**native_files(), **(files or {}), "main.py": replay.main_source(textwrap.dedent(body).strip())}
        done = self.run(files, adc_codes=adc_codes)
        replay.raise_error(done.files)
        return done.files

    def replay(self, raw: NDArray[np.uint16], settings: Settings) -> Blocks:
        """Run the core over ``raw``, traced."""
        done = self.run(*pico.replay_files(raw, settings, trace=True))
        return replay.read_results(done.files, block_count(raw), trace=True)
