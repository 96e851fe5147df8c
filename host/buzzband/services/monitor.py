"""``buzzband monitor``: what to watch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from buzzband.defaults import LINK_PATIENCE_S
from buzzband.progress import Progress, no_progress
from buzzband.services.devices_port import chosen_port
from buzzband.services.live.band import BandSource, require_battery
from buzzband.services.live.pace import Pace
from buzzband.services.live.recording import RecordingSource, opened
from buzzband.services.options import Options
from buzzband.transports.link import Link
from buzzband.transports.serial_port import open_port


@contextmanager
def watched(port: str | None = None, patience_s: float = LINK_PATIENCE_S) -> Iterator[BandSource]:
    """Open the port of a band that may be worn as it is. Raises PortError, LinkError, OnUsbPower."""
    with open_port(chosen_port(port)) as stream:
        link = Link(stream, patience_s=patience_s)
        require_battery(link.status())
        uid = link.hello().uid
        yield BandSource(Link(stream, patience_s=patience_s, busy_s=0.0), f"band {uid}")


def replayed(
    file: Path, rate_hz: float | None, options: Options, speed: float, progress: Progress = no_progress
) -> RecordingSource:
    """Make ready to show a recording ``speed`` times as fast as it was. Raises RecordingError."""
    return opened(file, rate_hz, options, Pace(speed), progress)
