"""The sensors on the converter: which sample is whose."""

import pytest

from buzzband.engines.band_world import private_modules
from buzzband.engines.private_modules import FOLDER
from engines.layer_bench import BareWorld

EMG, OTHER = 1000, 3000


class AdcBench:
    """The driver on the machine layer; each sensor's samples count on from ``EMG`` and ``OTHER``."""

    def __init__(self, both: bool) -> None:
        codes, others = (list(range(first, first + 1000)) for first in (EMG, OTHER))
        self.world = BareWorld(codes=codes, other=others)
        modules = private_modules(self.world, {"/a": FOLDER.parent}, {})
        modules.path.append("/a")
        single = modules._import("buzzband_fw.hal.emg_adc", wanted=("EmgAdc",))
        pair = modules._import("buzzband_fw.hal.emg_pair", wanted=("EmgPair",))
        self.adc = (pair.EmgPair if both else single.EmgAdc)(single.aligned_ring())
        self.adc.start()

    def wait_ms(self, ms: int) -> None:
        self.world.spend(1000 * ms)

    def whose(self, first: int = 0) -> list[int]:
        """Of which sensor the samples are, from the first one on."""
        return [EMG if code < OTHER else OTHER for code in self.adc.ring[first : self.adc.taken()]]


def in_step(whose: list[int], first: int) -> bool:
    """Whether even samples are the EMG's, odd ones the other's."""
    return len(whose) > 20 and whose == [OTHER if n % 2 else EMG for n in range(first, first + len(whose))]


def test_one_sensor_has_all_samples():
    bench = AdcBench(both=False)
    bench.wait_ms(20)
    assert bench.adc.taken() > 90
    assert bench.adc.ring[:90].tolist() == list(range(EMG, EMG + 90))


def test_of_two_sensors_even_samples_are_the_emgs_and_odd_ones_the_others():
    bench = AdcBench(both=True)
    bench.wait_ms(20)
    assert in_step(bench.whose(), 0)


@pytest.mark.parametrize("lost", [1, 2, 3])
@pytest.mark.parametrize("before_ms", [5, 6, 7, 8])
def test_samples_lost_to_a_full_fifo_are_told_and_after_a_restart_the_sensors_are_in_step_again(lost, before_ms):
    bench = AdcBench(both=True)
    bench.wait_ms(before_ms)
    assert not bench.adc.fifo_overflowed()
    bench.world.converter.overflow(lost)
    bench.wait_ms(7)
    assert in_step(bench.whose(), 0) == (lost % 2 == 0)
    assert bench.adc.fifo_overflowed()
    first = bench.adc.restart()
    assert first == bench.adc.taken()
    bench.wait_ms(7)
    assert in_step(bench.whose(first), first)
    assert not bench.adc.fifo_overflowed()
