"""The converter and the DMA channel that empties it: samples appear in the ring at the rate that the divider gives.

Two channels that take turns share that rate.
"""

from typing import Any

MID_SCALE = 2048  # what the sensor gives when the recording is over
BLOCK_SAMPLES = 48

_CYCLES_PER_US = 48
_FULL_SCALE = 4095
_REFERENCE_MV = 3300
_SUPPLY_DIVIDER = 3
_SUPPLY = 3  # channel
_FOR_EVER = 1 << 30
LOOK_US = 20  # at how many there are, with the least that a program does besides before it looks again
_BOTH = 3  # the round-robin bits of channels 0 and 1


class Converter:
    """The ADC on the EMG's channel, and what it has fed to the ring. ``fed``: conversions so far, over all boots.

    ``since_us``: when it was last switched on or off. ``runs``: whether it is on.
    """

    def __init__(self, world: Any, codes: Any, other: Any = ()) -> None:
        """``codes``, ``other``: what channels 0 and 1 carry at each conversion, 12 bits each; one of them is seen."""
        self.fed = 0
        self.overflowed = False
        self._world = world
        self.codes = codes
        self.other = other
        self.start()

    def start(self) -> None:
        """Do nothing until the chip is told to."""
        self.divider = 0
        self.runs = False
        self.since_us = 0
        self._ring: Any = None
        self._written = 0  # into this ring
        self._looked = 0  # how many there were when the chip last looked
        self._first = 0  # the place in the ring of the first conversion, had none been lost
        self._first_channel = 0
        self._in_turn = False

    def switch(self, run: bool, channel: int = 0, turns: int = 0) -> None:
        """Begin to convert freely with ``channel``, or stop. ``turns``: a bit for each channel that takes turns."""
        if turns not in (0, _BOTH) or channel not in (0, 1, _SUPPLY):
            raise NotImplementedError(f"channel {channel}, in turn {turns:#x}")
        self.catch_up()
        if run and self.runs and not turns and not self._in_turn:
            self._first_channel = channel  # without a break
            return
        self.runs = run
        self.since_us = self._world.now_us
        self._first = self._written
        self._first_channel = channel
        self._in_turn = turns == _BOTH

    def connect(self, ring: Any) -> None:
        """Let the samples go to ``ring``, from its first place on, or nowhere if it is None."""
        self.catch_up()
        self._ring = ring
        self._first = self._written = self._looked = 0

    def overflow(self, lost: int) -> None:
        """Lose the next so many samples, the FIFO being full."""
        self.catch_up()
        self.overflowed = True
        self.fed += lost
        self._first -= lost

    def taken(self) -> int:
        """Return how many samples the ring has been given."""
        self.catch_up()
        self._looked = self._written
        return self._written

    def block_due_us(self) -> int:
        """Return when the block will be complete that was not when the chip last looked."""
        if not self.runs:
            return 0
        samples = (self._looked // BLOCK_SAMPLES + 1) * BLOCK_SAMPLES - self._first
        return self.since_us - -samples * (self.divider + 1) // _CYCLES_PER_US

    def catch_up(self) -> None:
        """Write what has been sampled up to now."""
        if not self.runs or self._ring is None:
            return
        converted = (self._world.now_us - self.since_us) * _CYCLES_PER_US // (self.divider + 1)
        count = self._first + converted - self._written
        if count > 0:
            self.write(self._ring, self._written, self.fed, count)
            self._written += count
            self.fed += count

    def write(self, ring: Any, at: int, first: int, count: int) -> None:
        """Write ``count`` samples from conversion ``first`` on to ``ring``; ``at`` counts round and round."""
        mask = len(ring) - 1
        codes, others = self._carried(at), self._carried(at + 1)
        for i in range(count):
            ring[at + i & mask] = codes[first + i] if first + i < len(codes) else MID_SCALE
            codes, others = others, codes

    def _carried(self, at: int) -> Any:
        """Return what the channel carries whose sample comes to that place."""
        if self._first_channel == _SUPPLY:
            return _Constant(self._supply_code())
        channel = self._first_channel + (at - self._first if self._in_turn else 0)
        return self.other if channel & 1 else self.codes

    def read_supply(self) -> int:
        """Return one conversion of a third of the supply voltage, as ``ADC.read_u16`` scales it."""
        if self.runs:
            raise NotImplementedError("a single conversion while the converter runs freely changes its channel")
        code = self._supply_code()
        return code << 4 | code >> 8

    def _supply_code(self) -> int:
        code: int = min(self._world.supply_mv * _FULL_SCALE // (_SUPPLY_DIVIDER * _REFERENCE_MV), _FULL_SCALE)
        return code


class _Constant:
    """The same code for ever."""

    def __init__(self, code: int) -> None:
        self._code = code

    def __len__(self) -> int:
        return _FOR_EVER

    def __getitem__(self, _index: int) -> int:
        return self._code


class ADC:
    """``machine.ADC``, as far as it is used."""

    world: Any = None

    def __init__(self, pin: Any) -> None:
        self._pin = pin

    def read_u16(self) -> int:
        """See MicroPython; only the supply's channel is ever read like this."""
        self.world.spend(4)
        if self._pin.number != self.world.gpio.pins.VSYS:
            raise NotImplementedError("only the supply is read sample by sample")
        return int(self.world.converter.read_supply())


class DMA:
    """``rp2.DMA``, as far as it is used: from the converter's FIFO into a ring, sample by sample."""

    world: Any = None

    def __init__(self) -> None:
        self._total = 0

    def pack_ctrl(self, **fields: Any) -> Any:
        """Return the fields as they stand."""
        return fields

    def config(self, read: int, write: Any, count: int, ctrl: Any, trigger: bool) -> None:
        """Begin to move samples."""
        expected = {"size": 1, "inc_read": False, "ring_sel": True, "treq_sel": 36}
        if not trigger or any([ctrl.get(name) != value for name, value in expected.items()]):  # noqa: C419
            raise NotImplementedError("a DMA channel that does something else than to empty the converter's FIFO")
        if 1 << ctrl["ring_size"] != 2 * len(write):
            raise ValueError("the ring is not as large as the DMA takes it to be")
        self._total = count
        self.world.converter.connect(write)

    @property
    def count(self) -> int:
        """Return how many transfers are left."""
        self.world.spend(LOOK_US)
        return self._total - int(self.world.converter.taken())

    def active(self, _on: int) -> None:
        """Stop the channel; nothing else is asked for."""
        self.world.spend(2)
        self.world.converter.connect(None)

    def close(self) -> None:
        """Let go of the channel."""
