"""The doctor at the emulated Pico: what it sees of pins and files is what is there."""

from pathlib import Path

import numpy as np
import pytest

import buzzband_fw
from buzzband.archive import Archive
from buzzband.bundle import band_files, pack_image
from buzzband.services import probes
from buzzband.services.doctor import doctor
from buzzband.services.examination import Way
from buzzband.services.findings import Level
from buzzband.transports.mpremote_adapter import board_at
from buzzband.twin import Emg, Mpu6050Model
from counts import count
from pico_bench import PicoBench
from twin.bench import TwinBench

PATIENCE_S = 200.0  # on the wall: another job may have the processor
PACE = 0.1
CODE = 2000  # of 4095 at the muscle's pin: 1611 mV


@pytest.fixture
def twin_bench(pico_bench: PicoBench) -> TwinBench:
    return TwinBench(pico_bench.left_s)


@pytest.mark.long
@pytest.mark.pico(1.2)
def test_the_probes_see_pins_and_files_as_they_are(twin_bench: TwinBench) -> None:
    codes = np.full(4800, CODE, np.uint16)
    twin = twin_bench.run("", erase_ms=0, emg=Emg(codes), imu=Mpu6050Model(), supply_mv=4900, usb_power=True)
    with twin.running(PACE), board_at(twin.serial.path, PATIENCE_S) as board:
        files, wires = probes.storage(board), probes.wiring(board)
    assert (files.slots, files.chosen, files.crashes, files.crash) == ((), "a", 0, "")
    assert 1_400_000 < files.free_bytes < files.total_bytes == 1_441_792
    assert (wires.usb_power, wires.pressed, wires.driver) == (True, False, None)
    assert abs(wires.supply_mv - 4900) < 20
    assert wires.chips == {0x68: 0x68}
    assert set(wires.samples) == {CODE << 4 | CODE >> 8}
    assert [burst for burst in twin.motor.bursts if burst.duration_s > 0.005] == []


@pytest.mark.long
@pytest.mark.pico(12)
@pytest.mark.timeout(1500)
def test_a_band_is_found_well_and_runs_again_afterwards(twin_bench: TwinBench, tmp_path: Path) -> None:
    emg = Emg(np.random.default_rng(1).normal(CODE, 40, 4800).astype(np.uint16))
    image = pack_image(band_files({"autostart": False}))
    twin = twin_bench.boot(image=image, emg=emg, imu=Mpu6050Model(), supply_mv=4900, usb_power=True, erase_ms=0)
    twin.wait_until(lambda: twin.emg.samples_fed, 3)
    way = Way(Archive(tmp_path), band_files, buzzband_fw.__version__, PATIENCE_S)
    with twin.running(PACE):
        found = doctor(twin.serial.path, way)
    wrong = [(one.area, one.code, one.told) for one in found.findings if one.level is Level.FAULT]
    assert wrong == []
    count("doctor_on_the_chip", findings=len(found.findings), chip_ms=round(1000 * twin.chip_s))
