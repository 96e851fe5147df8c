"""The computer at the other end of the USB cable, as the chip's controller sees it.

The emulator's own host takes what the chip sends at once and asks the chip every 10 µs whether it wants nothing, which
keeps the processor busy. This one takes a packet when there is room for it and leaves it in its buffer until then, with
the AVAILABLE bit set, as the controller does on the wire while the host does not poll; it sends only what there is; and
it starts a frame every ms while the chip wants to know, after 16 of which MicroPython sends what it has printed so far.
Enumeration and control requests are the emulator's.
"""

from collections.abc import Callable
from typing import Any

PACKET_MAX = 64
PACKET_NANOS = 50_000  # 64 bytes at 12 Mbit/s, with what goes around them
FRAME_NANOS = 1_000_000

_IN_CONTROLS = 0x80  # the buffer control of endpoint n in is at 0x80 + 8 n of the controller's RAM
_AVAILABLE = 1 << 10
_LENGTH = 0x3FF
_SECOND_SHIFT = 16  # the upper half is the same for a second buffer
_FRAME_NUMBER = 0x48  # SOF_RD: reading it acknowledges the start of the frame
_FRAME_NUMBER_MAX = 0x7FF
_FRAME_STARTED = 1 << 17  # DEV_SOF of the interrupt registers


def nothing(_data: bytes) -> None:
    """Throw ``data`` away."""


class UsbHost:
    """Moves the bytes of the serial port.

    ``on_data`` is called with what the chip has sent. ``has_room`` tells whether the host takes the next packet;
    ``refresh`` makes it look again. ``hold`` keeps it from taking anything.
    """

    def __init__(self, cdc: Any, clock: Any) -> None:
        self.on_data: Callable[[bytes], None] = nothing
        self.has_room: Callable[[], bool] = lambda: True
        self.hold = False
        self._cdc = cdc
        self._usb = cdc.usb
        self._to_chip = bytearray()
        self._wanted = 0  # bytes that the chip has room for
        self._fetch_alarm = clock.create_alarm(self._fetch)
        self._offered = False  # a packet waits, and has been on the wire for as long as it takes
        self._frame_alarm = clock.create_alarm(self._start_frame)
        self._framing = False
        self._hook()

    def _hook(self) -> None:
        usb = self._usb
        self._take, usb.dpram_updated = usb.dpram_updated, self._on_buffer_control
        self._read_by_chip, usb.on_endpoint_read = usb.on_endpoint_read, self._on_endpoint_read
        self._forget, usb.on_reset = usb.on_reset, self._on_reset
        self._interrupt, usb.check_interrupts = usb.check_interrupts, self._on_interrupts
        self._read, usb.read_uint32 = usb.read_uint32, self._on_read
        self._cdc.on_serial_data = self._deliver

    @property
    def connected(self) -> bool:
        """Return whether the chip has been enumerated since it last started."""
        return self._in_control > 0

    @property
    def packet_waits(self) -> bool:
        """Return whether a packet lies in the chip's buffer for the host to fetch."""
        return self.connected and bool(self._control() & _AVAILABLE)

    @property
    def unsent(self) -> int:
        """Return how many bytes the chip has not taken yet."""
        return len(self._to_chip)

    def send(self, data: bytes) -> None:
        """Send ``data`` as soon as the chip takes it."""
        self._to_chip += data
        self.refresh()

    def set_dtr(self, on: bool) -> None:
        """Tell the chip whether a program has the port open. It is on after every enumeration."""
        self._cdc.set_control_lines(dtr=on, rts=on)

    @property
    def dtr(self) -> bool:
        """Return what the chip was last told."""
        return bool(self._cdc.dtr)

    def refresh(self) -> None:
        """Take the packet that waits if there is room now, and send what the chip has room for."""
        if self._offered and self.has_room() and not self.hold:
            self._offered = False
            self._take(self._in_control, self._control())
        if self._wanted and self._to_chip:
            packet = bytes(self._to_chip[: self._wanted])
            del self._to_chip[: len(packet)]
            self._wanted = 0
            self._usb.endpoint_read_done(self._cdc._out_endpoint, packet)

    @property
    def _in_control(self) -> int:
        endpoint: int = self._cdc._in_endpoint
        return _IN_CONTROLS + 8 * endpoint if endpoint > 0 else 0

    def _control(self) -> int:
        at = self._in_control
        return int.from_bytes(self._usb.rp2040.usb_dpram[at : at + 4], "little")

    def _on_buffer_control(self, offset: int, value: int) -> None:
        if offset == self._in_control and offset:
            packets = bool(value & _AVAILABLE) + bool(value >> _SECOND_SHIFT & _AVAILABLE)
            self._offered = False
            self._fetch_alarm.schedule(PACKET_NANOS * packets) if packets else self._fetch_alarm.cancel()
        else:
            self._take(offset, value)

    def _fetch(self) -> None:
        self._offered = True
        self.refresh()

    def _deliver(self, data: bytes) -> None:
        self.on_data(bytes(data))

    def _on_endpoint_read(self, endpoint: int, size: int) -> None:
        if endpoint > 0 and endpoint == self._cdc._out_endpoint:
            self._wanted = size
            self.refresh()
        else:
            self._read_by_chip(endpoint, size)

    def _on_interrupts(self) -> None:
        self._interrupt()
        if not self._framing and self._usb._int_enable & _FRAME_STARTED:
            self._framing = True
            self._frame_alarm.schedule(FRAME_NANOS)

    def _start_frame(self) -> None:
        usb = self._usb
        self._framing = bool(usb._int_enable & _FRAME_STARTED)
        if self._framing:
            usb._sof_frame_number = (usb._sof_frame_number + 1) & _FRAME_NUMBER_MAX
            usb._int_raw |= _FRAME_STARTED
            self._interrupt()
            self._frame_alarm.schedule(FRAME_NANOS)

    def _on_read(self, offset: int) -> int:
        value: int = self._read(offset)
        if offset == _FRAME_NUMBER:
            self._usb._int_raw &= ~_FRAME_STARTED
            self._interrupt()
        return value

    def _on_reset(self) -> None:
        self._fetch_alarm.cancel()
        self._frame_alarm.cancel()
        self._framing = False
        self._offered = False
        self._wanted = 0
        self._to_chip.clear()
        self._forget()
