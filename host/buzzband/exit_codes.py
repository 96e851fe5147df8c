"""How ``buzzband`` ends: docs/exit-codes.md says what each code means, and what to do."""

from enum import IntEnum


class ExitCode(IntEnum):
    """One for each family of errors in ``buzzband.errors``; 2 is click's."""

    DONE = 0
    FAILED = 1
    WRONG_OPTIONS = 2
    PORT = 3
    LINK = 4
    RECORDING = 5
    ENGINE = 6
    DOWNLOAD = 7
    SELFTEST = 8
    OUTPUT = 9
    BOARD = 10
    SETTINGS = 11
    ARCHIVE = 12
    DRIVE = 13
    FIRMWARE = 14
    UNWELL = 15
    WEAR = 16

    @property
    def word(self) -> str:
        """Return what help calls it."""
        return self.name.lower().replace("_", " ")
