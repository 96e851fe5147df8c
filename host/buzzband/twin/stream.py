"""A twin's serial line for a program in the same process: chip time passes while it waits, and only then."""

from buzzband.errors import BudgetSpent
from buzzband.twin.twin import Twin

READ_MAX = 4096
WAIT_MIN_S = 0.0001  # time is counted in fractions of ns: less than this might be no time at all


class TwinStream:
    """Bytes to and from a twin that stands still otherwise. Timeouts are in chip time, of which ``seconds`` tells."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._received = bytearray()
        twin.serial.listen(self._received.extend)

    def seconds(self) -> float:
        """Return the chip time."""
        return self._twin.chip_s

    def read(self, timeout_s: float) -> bytes:
        """Return what the chip has sent, at most ``READ_MAX`` bytes; wait up to ``timeout_s`` for the first of them.

        Raises BudgetSpent when the twin has no time left to spend.
        """
        if not self._received:
            self._wait(timeout_s)
        data = bytes(self._received[:READ_MAX])
        del self._received[: len(data)]
        return data

    def write(self, data: bytes) -> None:
        """Send ``data`` to the chip."""
        self._twin.serial.write(data)

    def close(self) -> None:
        """Nothing is held."""

    def _wait(self, timeout_s: float) -> None:
        timeout_s = max(timeout_s, WAIT_MIN_S)
        until_s = self._twin.chip_s + timeout_s
        try:
            self._twin.wait_until(lambda: self._received, timeout_s)
        except BudgetSpent:
            if self._twin.chip_s < until_s - 1e-6 and self._twin.powered:
                raise  # not the timeout, but the end of all its time
