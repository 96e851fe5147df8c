"""The band's end of the link: whatever is sent, the server goes on, answers in whole frames, and loses no session."""

import tempfile
from pathlib import Path

from buzzband.transports.frame_reader import FrameReader, packed
from buzzband_fw.link import messages
from buzzband_fw.link.server import Server
from buzzband_fw.store.settings import Settings
from fuzz.pieces import RAW, pieces
from link.served import BYTES_PER_POLL, ServedBand, Wire
from transports.fake_band import MONDAY, TUESDAY, Player, content

BYTES_MAX = 2048
SESSIONS = {MONDAY: content(1500), TUESDAY: content(7)}
POLLS_MAX = 2000  # 64 KB in parts of 230 bytes take 300

_FOLDER = tempfile.TemporaryDirectory(prefix="buzzband-fuzz-")  # one for all inputs: what is in it stays the same


class KeptBand(ServedBand):
    """A band whose sessions stay, and whose settings are in no file."""

    def __init__(self) -> None:
        super().__init__(Path(_FOLDER.name), SESSIONS)
        self.settings = Settings({}, str(Path(_FOLDER.name, "settings", "settings.json")))
        self.removed: list[str] = []

    def remove(self, session_id: bytes) -> None:
        """Note what would have gone."""
        self.removed.append(session_id.hex())


def one_input(data: bytes) -> None:
    """Send the pieces, each as a request if it is not raw, and let the server do all that it has to."""
    wire, band = Wire(), KeptBand()
    wire.server = server = Server(wire, band)
    for number, (kind, payload) in enumerate(pieces(data)):
        whole = payload[: messages.PAYLOAD_MAX]
        wire.write(payload if kind == RAW else b"\0" + packed(kind, number & 255, whole))
        polls = 0
        while server.poll(BYTES_PER_POLL):
            polls += 1
            assert polls < POLLS_MAX
    server.close()
    assert server.is_quiet()
    assert set(band.removed) <= set(SESSIONS)
    _check_frames(wire)


def _check_frames(wire: Wire) -> None:
    """Demand that all that was said is frames."""
    said = Player(iter([bytes(wire.to_host)]))
    reader = FrameReader(said, said.clock)
    while frame := reader.next(said.clock.now + 1.0):
        assert frame.kind & messages.ANSWER
    assert reader.damaged == 0
    assert not reader.amid_piece
