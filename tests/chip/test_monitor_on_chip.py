"""A band on the chip as it goes: readings in step with its clock, and none left out."""

import threading
from itertools import islice

import pytest

from app.bench import rest
from buzzband.errors import OnUsbPower
from buzzband.services.live.band import BandSource
from buzzband.services.live.items import Reading, Standing
from buzzband.transports.link import Link
from buzzband.twin.stream import TwinStream

BOOT_S = 1.55


def source_on(worn):
    stream = TwinStream(worn)
    return BandSource(Link(stream, patience_s=0.5, clock=stream.seconds, busy_s=0.0), "band")


@pytest.mark.long
@pytest.mark.pico(2.7)  # 1.6 to boot, 0.4 to tell the settings
def test_the_chip_is_shown_reading_by_reading_in_step_with_its_clock(twin, recording) -> None:
    worn = twin(rest(1), recording.contractions(1).settings)
    worn.run_for(BOOT_S)
    behind_s, items = [], []
    for item in islice(source_on(worn).items(threading.Event()), 9):
        items.append(item)
        if isinstance(item, Reading):
            behind_s.append(worn.chip_s - item.t_s)
    times = [item.t_s for item in items if isinstance(item, Reading)]
    assert len(times) == 8
    assert times == pytest.approx([times[0] + 0.02 * index for index in range(len(times))])
    assert max(behind_s) - min(behind_s) < 0.02
    assert isinstance(items[0], Standing)


@pytest.mark.long
@pytest.mark.pico(2)
def test_a_chip_with_usb_power_is_refused(twin, recording) -> None:
    worn = twin(rest(1), recording.contractions(1).settings, usb_power=True)
    worn.run_for(BOOT_S)
    with pytest.raises(OnUsbPower):
        list(source_on(worn).items(threading.Event()))
