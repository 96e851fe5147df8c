"""The host's end of the link: whatever answers, a question ends in bounded time with an answer or a LinkError."""

from buzzband.errors import LinkError
from buzzband.transports.frame_reader import packed
from buzzband.transports.link import Link
from buzzband_fw.link import frames, messages
from fuzz.pieces import RAW, pieces
from transports.fake_band import MONDAY, Clock

BYTES_MAX = 4096
LONGEST_S = 360.0  # of the band's time
SAME = 0  # in the place of a kind: that of the question, answered


class Answering:
    """A ``Stream`` on which each request is answered by the next piece of the input, and by silence behind the last."""

    def __init__(self, data: bytes) -> None:
        self.clock = Clock()
        self._pieces = pieces(data)
        self._coming = b""

    def write(self, data: bytes) -> None:
        """Take a request: a zero, then its frame."""
        body = bytearray(data.strip(b"\0"))
        if frames.unpack(body, len(body)) < 0:  # what leaves the raw prompt is no frame
            return
        kind, content = next(self._pieces, (RAW, b""))
        answer = kind if kind != SAME else body[0] | messages.ANSWER
        whole = content[: messages.PAYLOAD_MAX]
        self._coming += content if kind == RAW else packed(answer, body[1], whole)

    def read(self, timeout_s: float) -> bytes:
        """Return what has come; time passes."""
        data, self._coming = self._coming, b""
        self.clock.now += min(timeout_s, 0.001) if data else timeout_s
        return data

    def close(self) -> None:
        """Nothing to let go of."""


def one_input(data: bytes) -> None:
    """Ask everything that changes nothing, and for a session."""
    band = Answering(data)
    link = Link(band, patience_s=0.5, attempts=2, clock=band.clock)
    for ask in (
        link.hello,
        link.status,
        link.sessions,
        lambda: link.tell_time(1_700_000_000_000),
        link.config,
        lambda: link.hash(MONDAY, 500),
        lambda: link.pull(MONDAY),
        lambda: link.change({"target_permille": 600}),
    ):
        try:
            ask()
        except LinkError as error:
            assert str(error).isprintable()
            assert error.hint.isprintable()
    assert band.clock.now < LONGEST_S
