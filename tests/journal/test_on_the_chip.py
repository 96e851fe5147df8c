"""Power may fail at any operation on flash, in five ways: official MicroPython on the emulated chip."""

import os
from collections.abc import Iterator

import pytest

from builders import tell
from buzzband.bundle import pack_image, unpacked_files
from buzzband.twin import Emg, ImuModel, Twin
from counts import count
from journal.chip_scenarios import CHIP_SCENARIOS, SCENARIO_S
from journal.chip_starts import MERGE_S, START_S, merge, start
from journal.journal import Journal
from journal.kept import Check, Found
from journal.scenarios import curls, set_on
from journal.test_simulated import spread
from pico_bench import PicoBench
from twin.bench import TwinBench

STARTS = int(os.environ.get("BUZZBAND_STARTS", "24"))  # of torn images, on the chip, for each scenario
WHOLE_STARTS = max(STARTS // 20, 1)  # with all of the app
FEW = 2


@pytest.fixture
def bench(pico_bench: PicoBench) -> Iterator[TwinBench]:
    """Boots twins that may run for as long as the test's ``pico`` mark says."""
    made = TwinBench(pico_bench.left_s)
    yield made
    made.close()


@pytest.mark.pico(FEW * MERGE_S)
def test_the_chip_merges_what_a_cut_of_power_in_the_simulated_band_has_left(bench: TwinBench) -> None:
    scene = set_on(pack_image(unpacked_files(curls().settings.as_dict())))
    images = list(Check(scene.journal, scene.felt).run().states.values())
    for image in spread(images, FEW):
        merge(bench, image)


def torn(journal: Journal, found: Found, wanted: int) -> list[bytes]:
    """Return so many images: those whose files differ, and then others from all over the journal."""
    different = spread(list(found.states.values()), wanted)
    others = set(spread(list(range(found.images)), wanted - len(different)))
    return different + [cut.image for number, cut in enumerate(journal.cuts()) if number in others]


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", CHIP_SCENARIOS)
@pytest.mark.pico(SCENARIO_S + STARTS * MERGE_S + WHOLE_STARTS * START_S)
def test_a_cut_of_power_takes_nothing_and_the_band_starts_from_what_is_left(bench: TwinBench, name: str) -> None:
    def boot(image: bytes, emg: Emg, imu: ImuModel | None) -> Twin:
        worn = bench.boot(image=image, emg=emg, imu=imu, pty=False)
        worn.flash.keep_journal = True
        return worn

    scene = CHIP_SCENARIOS[name](boot)
    found = Check(scene.journal, scene.felt, scene.changing).run()
    tell(f"{name}: {found.figures()}")
    count(f"flash journal, chip: {name}", **found.figures())
    images = torn(scene.journal, found, STARTS)
    merged = [merge(bench, image).chip_s for image in images]
    count(f"flash journal, chip: {name}", merged=len(merged))
    started = [start(bench, image).chip_s for image in spread(images, WHOLE_STARTS)]
    tell(f"{len(merged)} merged in {max(merged):.2f} s at most, {len(started)} started in {max(started):.2f} s")
    count(f"flash journal, chip: {name}", started=len(started))
