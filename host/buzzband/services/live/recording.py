"""A recording as it would have gone: the core over it, block by block, in real time or at another speed."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from buzzband.engines.cpython import Decider, condition
from buzzband.engines.job import BLOCKS_PER_S, Frames, Settings
from buzzband.engines.lifting import Lifter, Listen
from buzzband.engines.rerun import Rerun
from buzzband.errors import RecordingError, TooShort
from buzzband.progress import Progress, no_progress
from buzzband.recordings import files
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.recordings.labels import check_emg_rate, emg_channel
from buzzband.recordings.model import Recording
from buzzband.recordings.tellings import tellings
from buzzband.services import calibration
from buzzband.services.live.items import Item, Note, Order, Reading, Rep, Said, Standing, next_mode, phase, retargeted
from buzzband.services.live.pace import Pace
from buzzband.services.options import DEFAULTS, Options
from buzzband.services.replay import check_options, leak_permille, settings_of
from buzzband.services.simulate import DURATION_MIN_S, SETTLING_BLOCKS, load
from buzzband.wording import clock, percent, printable
from buzzband_fw.core import exercises, tempo
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.motion import STEP_BLOCKS
from buzzband_fw.core.sets import REP, Sets
from buzzband_fw.core.words import WITHHELD, WORD_MASK

STATE = "replay"


class Core(Protocol):
    """The core over a recording: ``engines.cpython.Decider`` or ``engines.rerun.Rerun``, which say what is what."""

    listen: Listen

    @property
    def cue(self) -> Cue:
        """The cue as it is now."""

    @property
    def sets(self) -> Sets:
        """What it makes of the movement."""

    def words(self) -> Iterator[int]:
        """Yield the word of each block."""

    def envelope(self, block: int) -> int:
        """Return the free-running envelope at the end of a block."""

    def choose(self, settings: Settings) -> None:
        """Go by another target or mode."""


def opened(
    file: Path,
    rate_hz: float | None,
    options: Options,
    pace: Pace,
    progress: Progress = no_progress,
) -> "RecordingSource":
    """Read a recording, or a band's log, and make ready to show it. Raises RecordingError."""
    if files.is_log(file):
        return _of_log(file, rate_hz, options, pace)
    recording = load(file, None, rate_hz)
    channel, _ = emg_channel(recording, options.channel)
    check_emg_rate(channel)
    if channel.duration_s < DURATION_MIN_S:
        raise TooShort(f"{recording.name} holds {channel.duration_s:.3f} s of {channel.label}.")
    raw = digitise(channel, options.gain).raw
    conditioned = condition(raw, options.mains_hz or DEFAULTS["mains_hz"], progress=progress)
    scale = calibration.from_recording(conditioned.envelope[SETTLING_BLOCKS:], options.rest, options.reference)
    settings = options.settings({**DEFAULTS, "rest": scale.rest, "reference": scale.reference})
    frames = _frames(recording)
    lifter = Lifter(settings, len(conditioned.rectified) // STEP_BLOCKS, frames, keep=False)
    return RecordingSource(
        recording.name, Decider(conditioned, settings, lifter), settings, pace, imu=frames is not None
    )


def _of_log(file: Path, rate_hz: float | None, options: Options, pace: Pace) -> "RecordingSource":
    check_options(rate_hz, options)
    data, log = files.read_session(file)
    if log.duration_s < DURATION_MIN_S or not log.valid.any():
        raise TooShort(f"{file.name} holds {log.duration_s:.1f} s of activation.", "Give a longer session.")
    values = settings_of(log)
    then, now = Options().settings(values), options.settings(values)
    run = Rerun(log, tellings(data, log.session_id), then, now, leak_permille(log), keep=False)
    return RecordingSource(file.name, run, now, pace, imu=bool(log.lifting.degrees.any()))


def _frames(recording: Recording) -> Frames | None:
    try:
        return frames_of(recording)[0]
    except RecordingError:
        return None


class RecordingSource:
    """See ``Source``."""

    def __init__(self, name: str, core: Core, settings: Settings, pace: Pace, *, imu: bool) -> None:
        """``imu``: whether the movement was recorded."""
        self.name = str(printable(name))
        self.orders: SimpleQueue[Order] = SimpleQueue()
        self._core = core
        self._settings = settings
        self._pace = pace
        self._imu = imu
        self._scale = new_scale(settings.rest, settings.reference)
        self._rep: Rep | None = None
        self._told = 0
        core.listen = self._hear

    def items(self, stop: threading.Event) -> Iterator[Item]:
        """See ``Source``."""
        core, t_s = self._core, 0.0
        last = self._standing(t_s)
        yield last
        for block, word in enumerate(core.words()):
            t_s = (block + 1) / BLOCKS_PER_S
            if word:
                yield Said(t_s, word & WORD_MASK, bool(word & WITHHELD))
            if not block % STEP_BLOCKS:
                continue
            yield self._reading(block, t_s)
            if self._pace.until(t_s, stop):
                return
            yield from self._obey(t_s)
            standing = self._standing(t_s)
            if replace(standing, t_s=last.t_s) != last:
                last = standing
                yield standing
        yield Note(t_s, "The recording ends here.")

    def _reading(self, block: int, t_s: float) -> Reading:
        envelope, cue = self._core.envelope(block), self._core.cue
        return Reading(t_s, permille(envelope, self._scale), permille(cue.gated, self._scale), envelope, cue.flags)

    def _hear(self, event: int, sets: Sets) -> None:
        if event != REP:
            return
        told = sets.rep
        first_ms, second_ms = told.concentric_ms, told.eccentric_ms
        if told.flags & tempo.LOWERS_FIRST:
            first_ms, second_ms = second_ms, first_ms
        self._told += 1
        self._rep = Rep(
            set=sets.number + 1,
            number=told.number + 1,
            tempo_s=(first_ms / 1000, told.hold_ms / 1000, second_ms / 1000),
            peak_permille=told.peak,
            muscle_off=bool(told.flags & tempo.MUSCLE_OFF),
            too_fast=bool(told.flags & tempo.TOO_FAST),
        )

    def _standing(self, t_s: float) -> Standing:
        sets = self._core.sets
        leader = sets.reps.leader
        swings = sets.reps.found[leader] if leader >= 0 else 0
        exercise = exercises.named(self._settings.exercise)
        return Standing(
            t_s=t_s,
            state=STATE,
            target_permille=self._core.cue.mode.target_permille,
            mode=self._settings.mode or exercise.mode,
            set=sets.number + 1,
            reps=swings >> 1,
            phase=phase(swings, sets.hold.on, exercise.lowers_first),
            degrees=sets.degrees if self._imu else None,
            rep=self._rep,
            told=self._told,
        )

    def _obey(self, t_s: float) -> Iterator[Note]:
        try:
            order = self.orders.get_nowait()
        except Empty:
            return
        settings = self._settings
        if order is Order.MARK:
            yield Note(t_s, f"Marked {clock(t_s)}, on the screen only.", mark=True)
        elif order is Order.CALIBRATE:
            yield Note(t_s, "A recording cannot be calibrated.")
        elif order is Order.NEXT_MODE:
            mode = next_mode(settings.mode or exercises.named(settings.exercise).mode)
            self._choose(replace(settings, mode=mode))
            yield Note(t_s, f"Mode {mode} from here on.")
        else:
            target_permille = retargeted(settings.target_permille, order)
            self._choose(replace(settings, target_permille=target_permille))
            yield Note(t_s, f"Target {percent(target_permille)} from here on.")

    def _choose(self, settings: Settings) -> None:
        self._settings = settings
        self._core.choose(settings)
