"""A band on somebody who feels what it says, and does it: the whole app on the simulated machine."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.bench import replace
from buzzband.engines.band import VirtualBand
from buzzband.recordings.synth.wearers import Wearer, Worn
from buzzband_fw.core.chain import BLOCK_RAW


class LiveCodes:
    """Codes that are made when they are converted: a block sees whether the motor runs then."""

    def __init__(self, worn: Worn) -> None:
        self.worn = worn
        self.motor_on: Any = None
        self._block = np.zeros(0, np.uint16)
        self._first = 0

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, index: int) -> int:
        while index >= self._first + len(self._block):
            self._first += len(self._block)
            self._block = self.worn.block(self.motor_on())
        return int(self._block[index - self._first])


class WornBand(VirtualBand):
    """``worn``: who wears it. ``said``: the words that were begun, with the time in s."""

    def __init__(self, wearer: Wearer, settings: Mapping[str, Any], seed: int = 0, **options: Any) -> None:
        self.worn = Worn(wearer, np.random.default_rng(seed))
        self.said: list[tuple[float, int]] = []

        def heard(say: Any) -> Any:
            def listen(voice: Any, word: int) -> None:
                self.worn.hear(word)
                self.said.append((self.now_s, word))
                say(voice, word)

            return listen

        patches = {**replace("buzzband_fw.voice", "Voice", "say", heard), **options.pop("patches", {})}
        super().__init__([0] * BLOCK_RAW, settings, patches=patches, **options)
        codes = LiveCodes(self.worn)
        codes.motor_on = lambda: self.world.gpio.motor_on
        self.world.converter.codes = codes

    def words(self) -> list[int]:
        """The words in order."""
        return [word for _, word in self.said]
