"""What a source tells, and what it can be asked for."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from queue import SimpleQueue
from typing import Any, Protocol

from buzzband_fw.core.modes import NAMES as MODES
from buzzband_fw.store.schema import SCHEMA

STEP_S = 0.02
"""From one reading to the next, where none is missing."""

TARGET_STEP_PERMILLE = 50

_TARGET: tuple[Any, ...] = SCHEMA["target_permille"]
_TARGET_MIN: int = _TARGET[1]
_TARGET_MAX: int = _TARGET[2]


@dataclass(frozen=True, slots=True)
class Reading:
    """The muscle at a moment. ``t_s``: on the clock of the source. ``gated_permille``: what the target sees.

    ``envelope``: the free-running one, with 4 fraction bits. ``flags``: of buzzband_fw.core.cue.
    """

    t_s: float
    permille: int
    gated_permille: int
    envelope: int
    flags: int


@dataclass(frozen=True, slots=True)
class Said:
    """A word of the motor; ``withheld``: it was due, but is not said. ``word``: of buzzband_fw.core.words."""

    t_s: float
    word: int
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for whoever watches. ``mark``: the moment was marked."""

    t_s: float
    text: str
    mark: bool = False


@dataclass(frozen=True, slots=True)
class Rep:
    """The last rep that was told. ``set``, ``number``: from 1. ``tempo_s``: first phase, hold, second phase."""

    set: int
    number: int
    tempo_s: tuple[float, float, float]
    peak_permille: int
    muscle_off: bool
    too_fast: bool


@dataclass(frozen=True)
class Standing:
    """What changes now and then. ``told``: reps so far, so that two alike are told apart; ``set``: from 1, 0 before it.

    ``next_…``: what counts from the next session on; None where that is what is now. ``phase``: rest, lift, lower or
    hold. ``supply_mv``, ``degrees``: None where nobody measures. ``missed``: readings that have not come.
    ``target_permille``: None where the muscle has no scale. ``mode``: "" while it is not known.
    """

    t_s: float
    state: str
    faults: tuple[str, ...] = ()
    supply_mv: int | None = None
    target_permille: int | None = None
    next_target_permille: int | None = None
    mode: str = ""
    next_mode: str | None = None
    set: int = 0
    reps: int = 0
    phase: str = "rest"
    degrees: int | None = None
    rep: Rep | None = None
    told: int = 0
    missed: int = 0


Item = Reading | Said | Note | Standing


class Order(Enum):
    """What whoever watches may ask for."""

    TARGET_UP = "target up"
    TARGET_DOWN = "target down"
    NEXT_MODE = "next mode"
    CALIBRATE = "calibrate"
    MARK = "mark"


class Source(Protocol):
    """A band or a recording. ``name``: printable. ``orders``: what is asked of it, from any thread."""

    name: str
    orders: "SimpleQueue[Order]"

    def items(self, stop: threading.Event) -> Iterator[Item]:
        """Yield what there is as it comes, a ``Standing`` first, until ``stop`` is set or it ends. Raises LinkError and
        OnUsbPower.
        """
        ...


def retargeted(permille: int, order: Order) -> int:
    """Return the target after TARGET_UP or TARGET_DOWN: the next whole step, within what a target can be."""
    if order is Order.TARGET_UP:
        return min((permille // TARGET_STEP_PERMILLE + 1) * TARGET_STEP_PERMILLE, _TARGET_MAX)
    return max((-(-permille // TARGET_STEP_PERMILLE) - 1) * TARGET_STEP_PERMILLE, _TARGET_MIN)


def next_mode(mode: str) -> str:
    """Return the mode that comes after ``mode``; the first one after an unknown one."""
    return MODES[(MODES.index(mode) + 1) % len(MODES)] if mode in MODES else MODES[0]


def phase(swings: int, holding: bool, lowers_first: bool) -> str:
    """Return what the limb is at: rest, hold, or the phase of the rep that is under way or comes next.

    ``swings``: of the set, two for each rep, 0 before its first is over.
    """
    if not swings:
        return "rest"
    if holding:
        return "hold"
    return "lower" if bool(swings & 1) != lowers_first else "lift"
