"""What all models of a chip on the I2C bus have in common: the bus, byte by byte, its faults; and several as one."""

from typing import Any

LOST = -1  # in place of a byte that does not arrive


class I2cChip:
    """A chip at ``address`` with registers that follow each other. These faults may be set at any time:

    ``absent``     nobody answers
    ``nack_at``    the n-th byte from now is not acknowledged, or does not arrive if it is one that is read
    ``nack_from``  that byte and all after it; 0: none
    ``stuck``      SDA is held low until so many clocks have been seen

    What connects the model gives it ``now_us``, and may have ``on_sda`` called when SDA is held or let go.
    """

    kind = ""
    ADDRESS = 0

    def __init__(self, address: int = 0) -> None:
        """``address``: the chip's usual one if 0."""
        self.address = address or self.ADDRESS
        self.absent = False
        self.nack_at = self.nack_from = 0
        self.now_us: Any = lambda: 0
        self.on_sda: Any = lambda: None
        self._stuck = 0
        self._selected = False
        self._expects_register = False
        self._pointer = 0

    # The bus

    def start(self, address: int, write: bool) -> bool:
        """Begin a transfer; return whether the address is acknowledged."""
        self._selected = not self.absent and address == self.address and not self._fails()
        self._expects_register = write
        if self._selected:
            self.catch_up()
        return self._selected

    def write(self, value: int) -> bool:
        """Take a byte; return whether it is acknowledged."""
        if not self._selected or self._fails():
            return False
        if self._expects_register:
            self._pointer = value
            self._expects_register = False
        else:
            self.write_register(self._pointer, value)
            self._pointer = self.after(self._pointer)
        return True

    def read(self) -> int:
        """Return a byte, or LOST. What has been taken from a FIFO is gone in either case."""
        if not self._selected:
            return LOST
        value = self.read_register(self._pointer)
        self._pointer = self.after(self._pointer)
        return LOST if self._fails() else value

    def stop(self) -> None:
        """End the transfer."""
        self._selected = False

    @property
    def stuck(self) -> int:
        """How many clocks it takes until SDA is let go."""
        return self._stuck

    @stuck.setter
    def stuck(self, clocks: int) -> None:
        self._stuck = clocks
        self.on_sda()

    def clock(self) -> None:
        """See a clock that belongs to no transfer."""
        if self._stuck:
            self.stuck = self._stuck - 1

    def _fails(self) -> bool:
        if self.nack_at:
            self.nack_at -= 1
            if not self.nack_at:
                return True
        if self.nack_from > 1:
            self.nack_from -= 1
            return False
        return self.nack_from == 1

    # What a subclass decides

    def power_on(self) -> None:
        """Be as after power has come on."""
        raise NotImplementedError

    def catch_up(self) -> None:
        """Let happen what is due by now."""
        raise NotImplementedError

    def after(self, register: int) -> int:
        """Return the register that comes next in a transfer."""
        raise NotImplementedError

    def read_register(self, register: int) -> int:
        """Return what is in a register."""
        raise NotImplementedError

    def write_register(self, register: int, value: int) -> None:
        """Write a register."""
        raise NotImplementedError


class Chips:
    """The chips on a bus, as its controller sees them: as one. Each of ``chips`` may be None."""

    def __init__(self, *chips: Any) -> None:
        self._chips: list[Any] = [each for each in chips if each is not None]

    def connect(self, now_us: Any, on_sda: Any) -> None:
        """Give the chips a clock, and someone who wants to know of SDA."""
        for each in self._chips:
            each.now_us = now_us
            each.on_sda = on_sda

    def start(self, address: int, write: bool) -> bool:
        """Begin a transfer; return whether anybody has acknowledged the address."""
        return True in [each.start(address, write) for each in self._chips]

    def write(self, value: int) -> bool:
        """Pass a byte; return whether it is acknowledged."""
        return True in [each.write(value) for each in self._chips]

    def read(self) -> int:
        """Return a byte, or LOST."""
        came: int = max([LOST] + [each.read() for each in self._chips])
        return came

    def stop(self) -> None:
        """End the transfer."""
        for each in self._chips:
            each.stop()

    def clock(self) -> None:
        """Let a clock be seen that belongs to no transfer."""
        for each in self._chips:
            each.clock()

    def power_on(self) -> None:
        """Let power come on."""
        for each in self._chips:
            each.power_on()

    def hold_sda(self) -> bool:
        """Return whether any of them holds SDA low. Allocates nothing."""
        for each in self._chips:  # noqa: SIM110
            if each.stuck:
                return True
        return False
