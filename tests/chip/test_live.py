"""The whole firmware on the chip, fed by its own converter, in chip time."""

import numpy as np
import pytest

from builders import Signal, calibrated, codes, tell
from buzzband.engines.cpython import run_core
from buzzband.engines.job import track
from buzzband.engines.recorded import pull
from chip.worn import awake_s, crossings, feel, latencies_ms, link_to

LATEST_MS = 12
ARMED_US = 1500
AWAKE_SHARE = 0.12
OTHERWISE_US = 10_000
FREE_RAM = 60_000
BOOT_MS = 650
START_S, SECONDS = 0.8, 2.4  # from rest on, the first contraction of the recording, cue and blanking included


@pytest.mark.real_data
@pytest.mark.pico(5.5)
def test_a_set_is_felt_buzzed_and_kept_while_the_host_does_not_read(twin, recording) -> None:
    take = recording.example("fatigue")
    raw = take.codes[int(START_S * 4800) :][: int(SECONDS * 100) * 48]
    blocks = run_core(raw, take.core, trace=True)
    expected = track(blocks, take.core)
    assert len(expected.cues) == 1
    worn = twin(raw, take.settings)
    feel(worn, 1000, 2.3)
    link = link_to(worn)
    hello = link.hello()
    link.stream(True)
    worn.serial.hold = True  # a program that has the port open and does not read
    feel(worn, len(raw), SECONDS)
    worn.serial.hold = False
    link.stream(False)
    status = link.status()
    worn.button.press(100)
    worn.run_for(0.4)
    while link.sessions()[0].running:
        worn.run_for(0.1)
    found = pull(link).track(len(blocks))

    np.testing.assert_array_equal(found.permille, expected.permille)
    np.testing.assert_array_equal(found.flags, expected.flags)
    assert (found.cues, found.faults) == (expected.cues, ((2, "imu_absent", 0),))
    (latency_ms,) = latencies_ms(worn, crossings(blocks, take.core))
    tell(f"target to motor {latency_ms:.1f} ms; {hello}; {status}; {worn.flash.erases} erases")
    assert latency_ms <= LATEST_MS
    assert status.lost_blocks == 0
    assert status.worst_armed_us <= ARMED_US
    assert status.worst_us <= OTHERWISE_US
    assert status.left_out > 50  # of the stream, because nobody took it
    assert hello.free_ram_bytes >= FREE_RAM
    assert hello.boot_ms <= BOOT_MS


def bursts_of_effort(count: int) -> Signal:
    """Noise that comes and goes: so many contractions of 150 to 300 ms, at random times."""
    rng = np.random.default_rng(5)
    parts = [np.zeros(2400)]
    for _ in range(count):
        parts += [900 * rng.standard_normal(rng.integers(720, 1440)), 3 * rng.standard_normal(rng.integers(2160, 2880))]
    return np.concatenate(parts)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.pico(50)
def test_every_one_of_50_crossings_is_felt_within_12_ms(twin) -> None:
    settings = calibrated(50)
    raw = codes(bursts_of_effort(52))
    blocks = run_core(raw, settings, trace=True)
    worn = twin(raw, settings.as_dict())
    feel(worn, 4800, 3.3)
    before_s, awake_before_s = worn.chip_s, awake_s(worn)
    feel(worn, len(raw), len(raw) / 4800)
    awake_share = (awake_s(worn) - awake_before_s) / (worn.chip_s - before_s)
    status = link_to(worn).status()
    found_ms = latencies_ms(worn, crossings(blocks, settings))
    tell(
        f"{len(found_ms)} crossings: {found_ms.min():.1f} to {found_ms.max():.1f} ms, mean {found_ms.mean():.1f}; "
        f"{worn.flash.erases} erases of {worn.flash.erase_ms} ms; awake {100 * awake_share:.1f} %; {status}"
    )
    assert len(found_ms) >= 50
    assert (found_ms <= LATEST_MS).all()
    assert awake_share <= AWAKE_SHARE
    assert status.lost_blocks == 0
    assert status.worst_armed_us <= ARMED_US
