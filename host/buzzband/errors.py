"""What can go wrong, and what to do about it.

BuzzbandError                exit 1
├── RecordingError           exit 5
│   ├── RecordingNotFound    no such file
│   ├── UnknownFormat        not CSV, EDF or BDF, or damaged
│   ├── NoSuchChannel        lists the channels there are
│   ├── BadSamples           text, NaN or infinity where a number should be
│   ├── BadRate              no rate, or one that cannot be
│   └── TooShort             not enough to work on
├── EngineError              exit 6
│   ├── EngineMissing        not installed
│   ├── FirmwareMissing      no MicroPython UF2
│   ├── EngineFailed         the program on the engine raised
│   └── BudgetSpent          it did not finish in its time
├── DownloadError            exit 7
│   ├── DownloadFailed       no network, no pip, no such file
│   └── HashMismatch         what came is not what was pinned
├── SelftestFailed           exit 8
└── OutputFailed             exit 9

Wrong options and arguments are click's: exit 2.
"""

from typing import ClassVar


class BuzzbandError(Exception):
    """The root: everything a user can cause or mend. ``str`` says what happened, ``hint`` what to do next."""

    exit_code: ClassVar[int] = 1
    hint: str = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class RecordingError(BuzzbandError):
    """A recording cannot be used."""

    exit_code = 5


class RecordingNotFound(RecordingError):
    """There is no such file, or it may not be read."""

    hint = "Check the path. `buzzband simulate --example fatigue` needs no file."


class UnknownFormat(RecordingError):
    """The file is not a recording that can be read."""

    hint = "Give a CSV with a header line, an EDF/EDF+ or a BDF/BDF+ file."


class NoSuchChannel(RecordingError):
    """The recording has no channel of that name, or no EMG channel at all."""

    hint = "Name one of its channels with --channel."


class BadSamples(RecordingError):
    """A sample is missing or is not a finite number."""

    hint = "Numbers only: cut out damaged parts, columns of text or dates, and lines of units (or start them with #)."


class BadRate(RecordingError):
    """The sampling rate is unknown, uneven or out of range."""

    hint = (
        "Give the rate with --rate HZ, or a column time, t, timestamp or seconds (time_ms, Time (us) for other units)."
    )


class TooShort(RecordingError):
    """There are too few samples to work on."""

    hint = "Give at least one second of signal."


class EngineError(BuzzbandError):
    """An engine cannot run the core."""

    exit_code = 6


class EngineMissing(EngineError):
    """A package that the engine needs is not installed."""

    hint = "Install it with: pip install 'buzzband[sim]', or in a clone: pip install -e '.[sim]'."


class FirmwareMissing(EngineError):
    """There is no MicroPython UF2 for the emulated Pico."""


class EngineFailed(EngineError):
    """The program on the engine ended with an error."""

    hint = "Report it with the message above; --engine cpython runs the same core."


class BudgetSpent(EngineError):
    """The program on the engine did not finish within its time."""

    hint = "Try a shorter recording, or --engine cpython, which gives the same."


class DownloadError(BuzzbandError):
    """A file for the cache could not be had."""

    exit_code = 7


class DownloadFailed(DownloadError):
    """The download did not succeed."""

    hint = "Check the network and pip's settings, then run the command again."


class HashMismatch(DownloadError):
    """What was downloaded is not what was pinned; it has been thrown away."""

    hint = "Run the command again; if it repeats, report it: the file has changed at its source."


class OutputFailed(BuzzbandError):
    """A page or picture could not be written."""

    exit_code = 9
    hint = "Name a file in a folder that may be written to."


class SelftestFailed(BuzzbandError):
    """A golden vector did not come out as recorded."""

    exit_code = 8
    hint = "Do not trust this interpreter with the core; docs/engines.md lists those that are known to be right."
