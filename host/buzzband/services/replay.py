"""``buzzband simulate`` of a band's log: the session once more, with its own settings or with others."""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from buzzband.engines import job
from buzzband.engines.cpython import run_core
from buzzband.engines.job import BLOCKS_PER_S, Settings, Track
from buzzband.engines.rerun import rerun
from buzzband.engines.rerun_clip import rerun_clip
from buzzband.errors import ClipDiffers, NotInLog, TooShort
from buzzband.outcome import (
    Calibration,
    Changed,
    ClipAgain,
    CueMark,
    Outcome,
    Rep,
    Replay,
    RepWords,
    Said,
    SetHits,
    SetSpan,
)
from buzzband.progress import Progress, no_progress
from buzzband.recordings import files
from buzzband.recordings.band_log import SessionLog
from buzzband.recordings.clips import CLIP_RATE_HZ, Clip
from buzzband.recordings.tellings import Telling, tellings
from buzzband.services import analysis
from buzzband.services.logged import settings_told
from buzzband.services.notes import of_movement, of_replay, of_settings
from buzzband.services.options import Options
from buzzband_fw.core.sets import QUIET_MS

AGAIN_S = 0.5
DURATION_MIN_S = 1.0
ENGINES = ("cpython", "auto")

_MEASURED = {
    "mains_hz": "--mains",
    "rest": "--rest",
    "reference": "--reference",
    "gain": "--gain",
    "channel": "--channel",
}
_OF_A_CLIP = ("gain", "channel")
_WHY = "the log holds activation, which the band had made of the signal already"


def replay(file: Path, rate_hz: float | None, options: Options, progress: Progress = no_progress) -> Outcome:
    """Run a session once more. Raises RecordingError: also for options that a log cannot be given."""
    check_options(rate_hz, options)
    data, log = files.read_session(file)
    if log.duration_s < DURATION_MIN_S or not log.valid.any():
        raise TooShort(f"{file.name} holds {log.duration_s:.1f} s of activation.", "Give a longer session.")
    values = settings_of(log)
    then, now = Options().settings(values), options.settings(values)
    what_was_told = tellings(data, log.session_id)
    track = rerun(log, what_was_told, then, now, leak_permille(log), progress)
    progress(1.0)
    imu = bool(log.lifting.degrees.any())
    told = analysis.outcome(
        file.name,
        engine="cpython",
        sample_rate_hz=None,
        duration_s=log.duration_s,
        gain=None,
        calibration=Calibration(now.rest, now.reference, "that of the session"),
        settings=now,
        track=track,
        imu=imu,
    )
    alone = () if imu else of_movement(("accelerometer", "gyroscope"))
    clips, torn = log.clips()
    again = replace(
        compared(told, log, then, now),
        clips=tuple(_clip_again(log, what_was_told, clip, then) for clip in clips),
        torn_clips=torn,
    )
    return replace(
        told, replay=again, notes=(*of_replay(log, told, now), *of_settings(now, options, told.mode), *alone)
    )


def require_exact(told: Outcome) -> None:
    """Raise ClipDiffers if a clip of raw EMG does not come out as the band has logged it."""
    wrong = [str(clip.number) for clip in (told.replay.clips if told.replay else ()) if not clip.exact]
    if wrong:
        raise ClipDiffers(f"Not bit for bit as the band has logged it: clip {', '.join(wrong)}.")


def of_clip(file: Path, number: int, rate_hz: float | None, options: Options) -> Outcome:
    """Run the core over a clip of raw EMG in a log as over a recording: from rest, with any options. Raises
    RecordingError.
    """
    check_options(rate_hz, options, _OF_A_CLIP)
    _, log = files.read_session(file)
    clips, _ = log.clips()
    found = [clip for clip in clips if clip.number == number]
    if not found:
        there = f"It has {', '.join(str(clip.number) for clip in clips)}." if clips else "It has none."
        raise NotInLog(f"The log of session {log.session_id} has no clip {number}.", there)
    settings = options.settings(settings_of(log))
    return analysis.outcome(
        f"{file.name}, clip {number}",
        engine="cpython",
        sample_rate_hz=CLIP_RATE_HZ,
        duration_s=len(found[0].samples) / CLIP_RATE_HZ,
        gain=None,
        calibration=Calibration(settings.rest, settings.reference, "that of the session"),
        settings=settings,
        track=job.track(run_core(found[0].codes, settings), settings),
        imu=False,
        notes=(f"A clip from {found[0].first_block / BLOCKS_PER_S:.2f} s of the session on; filters begin at rest.",),
    )


def _clip_again(log: SessionLog, told: Iterable[Telling], clip: Clip, settings: Settings) -> ClipAgain:
    again = rerun_clip(log, told, clip, settings, leak_permille(log))
    begins_s, length_s = clip.first_block / BLOCKS_PER_S, len(clip.blocks) / BLOCKS_PER_S
    return ClipAgain(
        clip.number, begins_s, length_s, clip.reason, again.activation, again.flags, again.words, again.exact
    )


def check_options(rate_hz: float | None, options: Options, measured: Collection[str] = tuple(_MEASURED)) -> None:
    """Raise NotInLog for options that a log cannot be given. ``measured``: of what the band has measured."""
    given = [_MEASURED[name] for name in measured if getattr(options, name) is not None]
    if rate_hz is not None:
        given.append("--rate")
    if given:
        raise NotInLog(f"{', '.join(given)} cannot be chosen: {_WHY}.", f"Leave {'them' if given[1:] else 'it'} out.")
    if options.engine not in ENGINES:
        raise NotInLog(f"A log cannot be run on {options.engine}: {_WHY}.", "Leave --engine out.")


def settings_of(log: SessionLog) -> Mapping[str, Any]:
    """Return the settings of a session, by name. Raises NotInLog if its header does not say how it was calibrated."""
    values = settings_told(log)
    if values["rest"] is None or values["reference"] is None:
        raise NotInLog(
            f"The log of session {log.session_id} does not say how the band was calibrated.",
            "Its header is damaged; without it the activation has no scale.",
        )
    return values


def leak_permille(log: SessionLog) -> int:
    """Return what the electrodes heard of the motor, as the log's header says; 0 if it does not."""
    leak = log.header.get("calibration", {}).get("leak_permille", 0)
    return leak if type(leak) is int else 0


def compared(told: Outcome, log: SessionLog, then: Settings, now: Settings) -> Replay:
    """Return what the band did in the session, beside ``told``."""
    logged = Track(told.permille, log.flags, tuple((cue.block, cue.word) for cue in log.cues))
    said, withheld = analysis.cue_marks(logged), analysis.withheld_marks(logged)
    return Replay(
        session_id=log.session_id,
        changed=tuple(_changed(then, now)),
        target_permille=then.target_permille,
        cues=tuple(_again(said, told.cues)),
        withheld=tuple(_again(withheld, told.withheld)),
        reps=tuple(_words(told, said)),
        sets=tuple(_hits(told.reps_of(index), then, now) for index in range(len(told.sets))),
    )


def _changed(then: Settings, now: Settings) -> Iterator[Changed]:
    for one in fields(Settings):
        before, after = getattr(then, one.name), getattr(now, one.name)
        if before != after:
            yield Changed(one.name, before, after)


def _again(said: Iterable[CueMark], now: Iterable[CueMark]) -> Iterator[Said]:
    """Yield each word with the time of the nearest of the same that no word before it has taken."""
    left: dict[str, list[float]] = defaultdict(list)
    for cue in now:
        left[cue.word].append(cue.t_s)
    for cue in said:
        times_s = left[cue.word]
        after = bisect_left(times_s, cue.t_s)
        near = [(abs(times_s[at] - cue.t_s), at) for at in (after - 1, after) if 0 <= at < len(times_s)]
        apart_s, at = min(near, default=(math.inf, 0))
        yield Said(cue.t_s, cue.word, times_s.pop(at) if apart_s <= AGAIN_S else None)


def _words(told: Outcome, said: Sequence[CueMark]) -> Iterator[RepWords]:
    """Yield the words in each rep of ``told``."""
    then, now = (_by_rep(told.reps, told.sets, cues) for cues in (said, told.cues))
    for of_then, of_now in zip(then, now, strict=True):
        yield RepWords(of_then, of_now)


def _by_rep(reps: Sequence[Rep], sets: Sequence[SetSpan], cues: Iterable[CueMark]) -> list[tuple[str, ...]]:
    starts = [rep.start_s for rep in reps]
    found: list[list[str]] = [[] for _ in reps]
    for cue in cues:
        index = bisect_right(starts, cue.t_s) - 1
        if index >= 0 and cue.t_s < sets[reps[index].set].end_s + QUIET_MS / 1000:
            found[index].append(cue.word)
    return [tuple(one) for one in found]


def _hits(reps: Sequence[Rep], then: Settings, now: Settings) -> SetHits:
    return SetHits(*(sum(rep.peak_permille >= one.target_permille for rep in reps) for one in (then, now)))
