"""A clip of raw EMG on the emulated chip: bit for bit as the core had it, and no turn is long for it."""

import pytest

from builders import tell
from buzzband.engines.rerun_clip import rerun_clip
from buzzband.recordings.band_log import read_log
from buzzband.recordings.tellings import tellings
from buzzband.twin import Mpu6050Model
from buzzband_fw.core.chain import BLOCK_RAW
from chip.test_modes_on_chip import ARMED_US, BOOT_S, curls
from chip.worn import feel, link_to
from session_files import session_files

BLOCKS_MIN = 90
SECONDS = 6.9
ENDS_S = 3.0


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.pico(BOOT_S + SECONDS + ENDS_S)
def test_the_chip_keeps_the_first_rep_bit_for_bit_and_no_turn_is_long(twin) -> None:
    settings = curls().settings
    raw = curls().raw[: int(100 * SECONDS) * BLOCK_RAW]
    worn = twin(raw, {**settings.as_dict(), "clips": "both"}, imu=Mpu6050Model(curls().frames.ravel()))
    feel(worn, 2400, BOOT_S)
    feel(worn, len(raw), SECONDS)
    status, hello = link_to(worn).status(), link_to(worn).hello()
    worn.button.press(100)
    worn.run_for(ENDS_S - 0.5)

    (data,) = session_files(worn.files()).values()
    log = read_log(data)
    ((clip,), torn) = log.clips()
    again = rerun_clip(log, tellings(data, log.session_id), clip, settings)
    tell(f"{len(clip.blocks)} blocks from {clip.first_block}: {again}; {hello}; {status}")
    assert again.exact
    assert len(clip.blocks) >= BLOCKS_MIN
    assert (torn, log.faults, status.lost_blocks) == (0, (), 0)
    assert status.worst_armed_us <= ARMED_US
