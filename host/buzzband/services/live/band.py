"""A band as it goes, over the link: samples of its stream, its status between them, and what is asked of it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from buzzband.errors import LinkError, OnUsbPower, Refused, Silent
from buzzband.services.live.items import Item, Note, Order, Reading, Rep, Said, Standing, next_mode, phase, retargeted
from buzzband.services.settings import effect
from buzzband.transports.link import Link
from buzzband.transports.replies import Sample, Status
from buzzband.wording import clock, percent
from buzzband_fw.core import exercises, tempo, words
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.link import messages
from buzzband_fw.store.schema import cleaned, values_of

_Value = TypeVar("_Value", int, str)

LOOK_EVERY = 10  # samples: STATUS is asked for five times a second of the band's time
_SAMPLE_BLOCKS = 2
_TRIES = 15  # looks for which an order waits while the band is busy: 3 s
_SILENCES_MAX = 2  # in a row
_COUNTS = 1 << 16  # the band's counts begin anew there

_GOING_ON = (messages.RUNNING, messages.ASKING)
_CALIBRATING = (messages.CALIBRATING, messages.WARMING_UP)
_GUIDING = (*_CALIBRATING, messages.FINDING, messages.ASKING)
_NO_CUES = (words.READY, words.LOW_BATTERY, words.GOODBYE, words.QUESTION)  # nowhere among those of the stream


def require_battery(status: Status) -> None:
    """Raise OnUsbPower if the band says that its electrodes must not be on a body."""
    if status.faults & messages.USB_POWER:
        raise OnUsbPower("The band has USB power, and no USB isolator is declared.")


class _Asked(NamedTuple):
    """An order, the block at which it was given, and how often it may still be put off."""

    order: Order
    block: int
    tries: int


class BandSource:
    """See ``Source``. The link is used by whoever iterates, and by nobody else; it is not to wait for a busy band."""

    def __init__(self, link: Link, name: str) -> None:
        """``name``: printable."""
        self.name = name
        self.orders: SimpleQueue[Order] = SimpleQueue()
        self._link = link
        self._status: Status | None = None
        self._block = 0  # of the last sample
        self._missed = self._silences = 0
        self._target_permille: int | None = None  # that of the settings; None: to be asked for
        self._mode = ""
        self._lowers_first = False
        self._next_target: int | None = None
        self._next_mode: str | None = None
        self._rep: Rep | None = None
        self._asked: _Asked | None = None

    def items(self, stop: threading.Event) -> Iterator[Item]:
        """See ``Source``. Raises LinkError, OnUsbPower."""
        yield from self._look()
        self._link.stream(True)
        try:
            while not stop.is_set():
                for sample in self._samples():
                    yield from self._taken(sample)
                    if stop.is_set():
                        return
                yield from self._obey()
                yield from self._look()
        finally:
            with suppress(LinkError):
                self._link.stream(False)

    def _samples(self) -> Iterator[Sample]:
        """Yield samples until it is time to look. A band that has started anew is told once more to send them."""
        try:
            yield from islice(self._link.samples(self._link.patience_s), LOOK_EVERY)
            self._silences = 0
        except Silent:
            self._silences += 1
            if self._silences > _SILENCES_MAX:
                raise
            self._link.stream(True)

    def _taken(self, sample: Sample) -> Iterator[Item]:
        if 0 < self._block < sample.block:
            self._missed += (sample.block - self._block) // _SAMPLE_BLOCKS - 1
        self._block = sample.block
        at_s = _seconds(sample.block)
        yield Reading(at_s, sample.permille, sample.gated_permille, sample.envelope, sample.flags)
        if sample.word and self._status is not None and self._status.state in _GOING_ON:
            yield Said(at_s, sample.word & words.WORD_MASK, bool(sample.word & words.WITHHELD))

    def _look(self) -> Iterator[Item]:
        last, self._status = self._status, self._link.status()
        status = self._status
        require_battery(status)
        if last is not None and _has_begun(last, status):
            self._target_permille = self._next_target = self._next_mode = None
        if self._target_permille is None:
            self._learn()
        if last is not None:
            yield from self._heard(last, status)
        if status.reps_told and (last is None or last.reps_told != status.reps_told):
            self._rep = _rep(status)
        yield self._standing(status)

    def _heard(self, last: Status, status: Status) -> Iterator[Item]:
        """Yield the word that was said outside the stream since ``last``; of several the last."""
        at_s = _seconds(status.blocks)
        if status.blocks < last.blocks:
            self._block = 0
            yield Note(at_s, "The band has started anew.")
        elif (status.said - last.said) % _COUNTS and (status.state in _GUIDING or status.word in _NO_CUES):
            yield Said(at_s, status.word)

    def _learn(self) -> None:
        """Ask for the settings; a band that has no time is asked again at the next look."""
        try:
            told = self._link.config().values
        except Refused as refusal:
            if refusal.reason != messages.BUSY:
                raise
            return
        given = {name: value for name, value in told.items() if value is not None and name != "wearer"}
        values = values_of(cleaned(given, []))
        exercise = exercises.named(values["exercise"])
        self._target_permille = values["target_permille"]
        self._mode = values["mode"] or exercise.mode
        self._lowers_first = exercise.lowers_first

    def _standing(self, status: Status) -> Standing:
        goes_on = status.state in _GOING_ON
        return Standing(
            t_s=_seconds(status.blocks),
            state=status.state_name,
            faults=status.fault_names,
            supply_mv=status.supply_mv,
            target_permille=None if status.faults & messages.UNCALIBRATED else status.target_permille,
            next_target_permille=self._next_target,
            mode=self._mode,
            next_mode=self._next_mode,
            set=status.set + 1 if goes_on else 0,
            reps=status.swings >> 1 if goes_on else 0,
            phase=phase(status.swings, bool(status.holding), self._lowers_first) if goes_on else "rest",
            degrees=None if status.faults & messages.NO_IMU else status.degrees,
            rep=self._rep,
            told=status.reps_told,
            missed=self._missed,
        )

    def _obey(self) -> Iterator[Note]:
        """Do the next thing that was asked for; one that the band has no time for is put off."""
        if self._asked is None:
            with suppress(Empty):
                self._asked = _Asked(self.orders.get_nowait(), self._block, _TRIES)
        if self._asked is None:
            return
        asked, self._asked = self._asked, None
        at_s = _seconds(self._block)
        try:
            yield self._done(asked, at_s)
        except Refused as refusal:
            if refusal.reason == messages.BUSY and asked.tries:
                self._asked = asked._replace(tries=asked.tries - 1)
            else:
                yield Note(at_s, f"{refusal} {refusal.hint}")

    def _done(self, asked: _Asked, at_s: float) -> Note:
        if asked.order is Order.MARK:
            self._link.mark(asked.block)
            return Note(_seconds(asked.block), f"Marked {clock(_seconds(asked.block))}.", mark=True)
        if asked.order is Order.CALIBRATE:
            state = self._link.calibrate(messages.SQUEEZES)
            return Note(
                at_s, "The band leads: do what it says." if state in _CALIBRATING else "It cannot calibrate now."
            )
        if asked.order is Order.NEXT_MODE:
            self._next_mode = self._set("mode", next_mode(self._next_mode or self._mode))
            return Note(at_s, f"Mode {self._next_mode}, {effect('mode')}.")
        target = self._next_target or self._target_permille
        if target is None:
            return Note(at_s, "The band has not told its target yet.")
        self._next_target = self._set("target_permille", retargeted(target, asked.order))
        return Note(at_s, f"Target {percent(self._next_target)}, {effect('target_permille')}.")

    def _set(self, name: str, value: _Value) -> _Value:
        self._link.change({name: value})
        return value


def _seconds(block: int) -> float:
    return block * BLOCK_MS / 1000


def _has_begun(last: Status, status: Status) -> bool:
    """Return whether a session has begun between the two."""
    return status.recorded < last.recorded or (last.state not in _GOING_ON and status.state in _GOING_ON)


def _rep(status: Status) -> Rep:
    lowers_first = bool(status.rep_flags & tempo.LOWERS_FIRST)
    concentric_s, eccentric_s = status.rep_concentric_ms / 1000, status.rep_eccentric_ms / 1000
    hold_s = status.rep_hold_ms / 1000
    return Rep(
        set=status.set + 1,
        number=status.rep_number + 1,
        tempo_s=(eccentric_s, hold_s, concentric_s) if lowers_first else (concentric_s, hold_s, eccentric_s),
        peak_permille=status.rep_peak_permille,
        muscle_off=bool(status.rep_flags & tempo.MUSCLE_OFF),
        too_fast=bool(status.rep_flags & tempo.TOO_FAST),
    )
