"""Results in plain words for the terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from buzzband.outcome import Outcome, Rep, Replay, SetSpan, mean_tempo_s
from buzzband.services.demo import DemoPage
from buzzband.services.selftest import EngineReport
from buzzband.services.settings import shown
from buzzband.wording import SPACE, count, cycles, percent, tempo, work
from buzzband_fw.core.target import REARM_MS, REARM_PERCENT

STRIP_WIDTH = 72
_BARS = " ▁▂▃▄▅▆▇█"
_SETS_SHOWN = _HOLDS_SHOWN = 12


def outcome_text(told: Outcome) -> str:
    """Return a summary of a run: what was read, what the band felt, when it buzzed."""
    return "\n".join(_outcome_lines(told))


def _outcome_lines(told: Outcome) -> Iterator[str]:
    target = told.target_permille / 10
    what = "replayed from its activation" if told.replay else f"at {told.sample_rate_hz:g} Hz"
    yield f"{told.name}: {clock(told.duration_s)}{', ' if told.replay else ' '}{what}, engine {told.engine}"
    yield (
        f"Target {target:g} % of the reference; re-arms below {target * REARM_PERCENT / 100:g} % for {REARM_MS} ms. "
        f"Calibration: {told.calibration.how}."
    )
    yield ""
    yield from strip(told)
    yield ""
    yield f"{count(len(told.on_target), 'cue').capitalize()} in {work(len(told.reps), told.cycles)}."
    if told.other_words:
        yield f"  also said: {', '.join(f'{word} {number}' for word, number in told.other_words.items())}"
    if told.replay:
        yield from _then(told.replay)
    for number, one in enumerate(told.sets[:_SETS_SHOWN], 1):
        done = _work(told, one, told.reps_of(number - 1))
        yield f"  set {number}: {clock(one.start_s)} to {clock(one.end_s)}, {done}"
        if told.replay:
            yield from _set_then(told, number - 1)
    if len(told.sets) > _SETS_SHOWN:
        yield f"  and {count(len(told.sets) - _SETS_SHOWN, 'more set')}"
    for hold in told.holds[:_HOLDS_SHOWN]:
        yield f"  hold: {clock(hold.start_s)}, {hold.end_s - hold.start_s:.1f} s, mean {_percent(hold.mean_permille)}"
    if len(told.holds) > _HOLDS_SHOWN:
        yield f"  and {count(len(told.holds) - _HOLDS_SHOWN, 'more hold')}"
    if told.replay:
        yield from _clips(told.replay)
    yield from (f"Not trusted from {clock(span.t_s)} to {clock(span.end_s)}: {span.flag}." for span in told.quality)
    yield from (f"Note: {note}" for note in told.notes)


def _then(replay: Replay) -> Iterator[str]:
    """Yield what the band did in the session: under which settings, and which of its words come again."""
    for one in replay.changed:
        yield f"  then {one.setting} was {shown(one.setting, one.then)}, now it is {shown(one.setting, one.now)}"
    again = [abs(cue.again_s - cue.t_s) for cue in replay.cues if cue.again_s is not None]
    moved = f", moved by {1000 * max(again):.0f} ms at most" if again else ""
    yield f"  then: {_counted(cue.word for cue in replay.cues)}; {len(again)} of {len(replay.cues)} come again{moved}"


def _clips(replay: Replay) -> Iterator[str]:
    """Yield how the clips of raw EMG come out."""
    for clip in replay.clips:
        wrong = [what for what in ("activation", "flags", "words") if not getattr(clip, what)]
        how = f"not as logged: {', '.join(wrong)}" if wrong else "bit for bit as logged"
        yield f"  clip {clip.number} of raw EMG: {clock(clip.t_s)}, {clip.duration_s:.1f} s ({clip.reason}), {how}"
    if replay.torn_clips:
        yield f"  {count(replay.torn_clips, 'clip')} of raw EMG left out: not whole"


def _set_then(told: Outcome, index: int) -> Iterator[str]:
    """Yield hits and words of a set, then and now."""
    if told.replay is None or told.sets[index].steady:
        return
    hits = told.replay.sets[index]
    words = [both for both, rep in zip(told.replay.reps, told.reps, strict=True) if rep.set == index]
    then, now = (_counted(word for one in words for word in getattr(one, when)) for when in ("then", "now"))
    yield f"    then {hits.then} reached the target, and it said {then}; now {hits.now}, and it says {now}"


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{word} {number}" for word, number in Counter(words).items()) or "nothing"


def _work(told: Outcome, one: SetSpan, reps: Sequence[Rep]) -> str:
    if one.steady:
        return cycles(one.reps, one.cadence_rpm)
    if not reps:
        return count(one.reps, "rep")
    reached = sum(rep.peak_permille >= told.target_permille for rep in reps)
    off, fast = sum(rep.muscle_off for rep in reps), sum(rep.too_fast for rep in reps)
    parts = (
        count(one.reps, "rep"),
        f"{reached} reached the target",
        f"mean peak {_percent(float(np.mean([rep.peak_permille for rep in reps])))}",
        _tempo(reps),
        f"{off} with the muscle off" if off else "",
        f"{fast} too fast" if fast else "",
    )
    return ", ".join(filter(None, parts))


def _tempo(reps: Sequence[Rep]) -> str:
    mean_s = mean_tempo_s(reps)
    if mean_s is None:
        return ""
    about = "about " if any(rep.approximate for rep in reps) else ""
    return about + tempo(mean_s).replace(SPACE, " ")


def _percent(permille: float) -> str:
    return percent(permille).replace(SPACE, " ")


def strip(told: Outcome) -> tuple[str, str]:
    """Return the mean activation as a line of bars, full height at the target and above, and the cues below it."""
    width = min(STRIP_WIDTH, len(told.permille))
    parts = np.array_split(told.permille, width)
    top = max(told.target_permille, 1)
    levels = [min(int(part.mean()) * (len(_BARS) - 1) // top, len(_BARS) - 1) for part in parts]
    marks = [" "] * width
    for cue in told.cues:
        marks[min(int(cue.t_s / told.duration_s * width), width - 1)] = "^"
    return "".join(_BARS[level] for level in levels), "".join(marks).rstrip() + "   (█ at the target, ^ buzz)"


def demo_text(done: DemoPage) -> str:
    """Return a summary of the demo and where its page is."""
    return f"{outcome_text(done.outcome)}\n\nThe page: {done.page}\nThe log: {done.log}"


def selftest_text(reports: Sequence[EngineReport]) -> str:
    """Return a line per engine, and one per vector that is wrong."""
    return "\n".join(line for report in reports for line in _engine_lines(report))


def _engine_lines(report: EngineReport) -> Iterator[str]:
    if report.left_out:
        yield f"{report.engine:12} left out: {report.left_out}"
        return
    right = sum(vector.right for vector in report.vectors)
    yield f"{report.engine:12} {right} of {len(report.vectors)} golden vectors right"
    for vector in report.vectors:
        if not vector.right:
            yield f"{'':12} {vector.name}: 0x{vector.found:06X} instead of 0x{vector.expected:06X}"


def clock(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, tenths = divmod(round(10 * seconds), 600)
    return f"{minutes}:{tenths / 10:04.1f}"
