"""What happened, in sentences a lifter would use. No sentence says more than the data carry."""

from collections.abc import Sequence

from buzzband.outcome import MISSING, Outcome, QualitySpan
from buzzband.report.effort import Effort
from buzzband.report.measures import SetFigures, merged, reached, untrusted_s
from buzzband.wording import SPACE, clock, count, cycles, length, listed, percent, share, work

_MOST = 0.5  # of a recording: more distrust than this, and none of its numbers should be read
_MANY = 10  # reps: of fewer, a percentage says less than the count
_STRETCHES = 12  # that a sentence lists
_FELL_CLEARLY = 50  # permille: the rate of a few reps is off by less

FLAGS = {
    "rail": (
        "Clipped",
        "The signal ran into the end of what the converter can measure, so its tops were cut off. "
        "Lower the gain; if it came with movement, press the electrodes on and fix the lead.",
    ),
    "flat": (
        "No signal",
        "There was less than even a resting muscle gives. An electrode or a lead is likely to be off: "
        "press the electrodes on and check the plugs.",
    ),
    "hum": (
        "Mains hum",
        "Hum from the mains was at least as strong as the muscle. Move away from mains leads, chargers and "
        "treadmills, and press the electrodes on.",
    ),
    MISSING: (
        "Not recorded",
        "The log has no activation for this time: it was cut off, or a part of it is damaged. Nothing is filled in.",
    ),
}
"""For each flag of the band: what it is called, and what it means and calls for."""

SOURCES = {"tilt": "the tilt of the limb", "turn": "the turning of the limb", "emg": "the muscle"}
"""What each source of reps goes by."""

_UNKNOWN = "The band did not trust the signal and gave a reason that this report does not know."


def summary(outcome: Outcome) -> str:
    """Return the session in one paragraph."""
    if not len(outcome.permille):
        return "The recording is too short to say anything about."
    told = (_counted, _hits, _flagged, _held, _buzzed, trust)
    return " ".join(filter(None, (tell(outcome) for tell in told)))


def _counted(outcome: Outcome) -> str:
    span = length(outcome.duration_s)
    if not outcome.sets:
        return f"No reps were found in this recording of {span}."
    return (
        f"This session has {count(len(outcome.sets), 'set')} with {work(len(outcome.reps), outcome.cycles)} in {span}."
    )


def _hits(outcome: Outcome) -> str:
    target = percent(outcome.target_permille)
    if not outcome.reps:
        highest = int(outcome.permille.max())
        where = "at or above" if highest >= outcome.target_permille else "below"
        return f"The highest activation was {percent(highest)}, {where} the target of {target}."
    hits, reps = sum(reached(rep, outcome) for rep in outcome.reps), len(outcome.reps)
    if not hits:
        return f"The muscle did not reach the target of {target} in {'that' if reps == 1 else 'any'} rep."
    if hits == reps:
        every = {1: "that rep", 2: "both reps"}.get(reps, f"all {reps} reps")
        return f"The muscle reached the target of {target} in {every}."
    part = f" ({share(hits, reps)})" if reps >= _MANY else ""
    return f"The muscle reached the target of {target} in {hits} of {reps} reps{part}."


def _flagged(outcome: Outcome) -> str:
    """Say how many reps were done without the muscle, and how many too fast."""
    off, fast = sum(rep.muscle_off for rep in outcome.reps), sum(rep.too_fast for rep in outcome.reps)
    told = [f"In {count(off, 'rep')} the limb moved while the muscle was off."] if off else []
    told += [f"{count(fast, 'rep')} {_were(fast)} too fast."] if fast else []
    return " ".join(told)


def _held(outcome: Outcome) -> str:
    if not outcome.holds:
        return ""
    holds, held_s = len(outcome.holds), sum(hold.end_s - hold.start_s for hold in outcome.holds)
    return f"There {_were(holds)} {count(holds, 'hold')}, {length(held_s)} in all."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _buzzed(outcome: Outcome) -> str:
    buzzes, others = len(outcome.on_target), outcome.other_words
    told = f"buzzed {_times(buzzes)}" if buzzes else "did not buzz"
    said = listed([f"“{word.replace('_', ' ')}” {_times(number)}" for word, number in others.items()])
    return f"The band {told}{f' and said {said}' if others else ''}."


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def trust(outcome: Outcome) -> str:
    """Return whether the signal can be believed."""
    doubt_s = untrusted_s(outcome, 0.0, outcome.duration_s)
    if not outcome.quality:
        return "The signal could be trusted throughout."
    part = f"for {length(doubt_s)} of {length(outcome.duration_s)} ({share(doubt_s, outcome.duration_s)})"
    if doubt_s > _MOST * outcome.duration_s:
        return f"The signal could not be trusted {part}: see to the electrodes before you read anything into this page."
    return f"The signal could not be trusted {part}; the figures show where."


def about_set(one: SetFigures, outcome: Outcome) -> str:
    """Return a set in a sentence or two."""
    told = f"From {clock(one.span.start_s)} to {clock(one.span.end_s)}: {_work(one)}."
    if one.untrusted_s:
        told += f" The signal could not be trusted for {length(one.untrusted_s)} of it."
    return told


def _work(one: SetFigures) -> str:
    if not one.reps:
        return f"{amount(one)}, with a mean activation of {percent(one.mean_permille)}"
    reps = len(one.reps)
    hits = f"{one.reached} of {reps}" if 0 < one.reached < reps else "all" if one.reached else "none"
    return f"{amount(one)}, {hits} on target{_range(one)}"


def amount(one: SetFigures) -> str:
    """Return how much was done in a set: its reps, or its cycles and how fast they came."""
    if not one.span.steady:
        return count(one.span.reps, "rep")
    return cycles(one.span.reps, one.span.cadence_rpm)


def _range(one: SetFigures) -> str:
    """Return how far apart the peaks were, if that can be told."""
    peaks = [rep.peak_permille for rep in one.reps]
    if percent(min(peaks)) == percent(max(peaks)):
        return f", with {'a peak' if len(peaks) == 1 else 'peaks'} of {percent(max(peaks))}"
    return f", with peaks from {percent(min(peaks))} to {percent(max(peaks))}"


def timing(outcome: Outcome) -> str:
    """Return by what the reps were found, and how far their times can be believed."""
    sources = sorted({SOURCES.get(rep.source, rep.source) for rep in outcome.reps})
    told = f"Reps were found by {listed(sources)}."
    if any(rep.approximate for rep in outcome.reps):
        told += " Times with ≈ are those of the muscle, which does not switch on and off with the movement."
    return told


def fatigue(worked: Sequence[Effort]) -> str:
    """Return how far the zero-crossing rate fell within the set in which it fell most."""
    known = [
        (number, one.first_hz, one.last_hz)
        for number, one in enumerate(worked, 1)
        if one.first_hz is not None and one.last_hz is not None
    ]
    if not known:
        return ""
    number, first, last = min(known, key=lambda one: one[2] / one[1])
    fell = 1000 * (1 - last / first)
    if fell < _FELL_CLEARLY:
        return f"In no set did it fall by {percent(_FELL_CLEARLY)} or more: no clear sign of a tired muscle."
    told = (
        f"It fell most in set {number}, from {first:.0f} to {last:.0f} a second, {percent(fell)} less: a sign that the "
    )
    return f"{told}muscle tired. As it tires, the same work gives a higher percentage."


def felt(outcome: Outcome) -> str:
    """Return how well the wearer felt the target, in the sets after which the band asked."""
    answers = outcome.logged.answers if outcome.logged else ()
    if not answers:
        return ""
    told = [(one.felt, one.actual) for one in answers if one.felt is not None]
    asked = f"After {count(len(answers), 'set')} the band asked how many reps were on target."
    if not told:
        return f"{asked} It got no answer."
    answered = "" if len(told) == len(answers) else f" {len(told)} of these questions got an answer."
    total, actual = (sum(numbers) for numbers in zip(*told, strict=True))
    return f"{asked}{answered} You felt {total}, the band counted {actual}."


def marks(outcome: Outcome) -> str:
    """Return the moments that the wearer marked."""
    found = [clock(at_s) for at_s in (outcome.logged.marks_s if outcome.logged else ())]
    if not found:
        return ""
    more = [f"{len(found) - _STRETCHES} more"] if len(found) > _STRETCHES else []
    return f"You marked {listed(found[:_STRETCHES] + more)}, by pressing the button twice."


def reps_alt(outcome: Outcome, sets: Sequence[SetFigures]) -> str:
    """Return what the figure of all reps shows, for those who cannot see it."""
    good = sum(one.good for one in sets)
    return f"Activation, time above target and tempo of {count(len(outcome.reps), 'rep')}, {good} of them good."


def session_alt(outcome: Outcome) -> str:
    """Return what the figure of the session shows, for those who cannot see it."""
    what = "Activation and movement" if len(outcome.movement) else "Activation"
    told = f"{what} over {length(outcome.duration_s)}, target {percent(outcome.target_permille)}: "
    told += f"{count(len(outcome.sets), 'set')}, {count(len(outcome.reps), 'rep')}, {_buzzes(len(outcome.on_target))}, "
    return f"{told}{count(len(merged(outcome.quality)), 'stretch', 'stretches')} of signal not trusted."


def set_alt(one: SetFigures) -> str:
    """Return what the figure of a set shows, for those who cannot see it."""
    told = f"Activation in set {one.number}: {amount(one)}, {_buzzes(one.buzzes)}"
    return f"{told}{_range(one) if one.reps else ''}."


def _buzzes(number: int) -> str:
    return count(number, "buzz", "buzzes")


def quality_of(flag: str, spans: Sequence[QualitySpan], mains_hz: int) -> tuple[str, str, str]:
    """Return for a flag its name, when it stood, and what it means and calls for."""
    name, meaning = FLAGS.get(flag, (flag, _UNKNOWN))
    if flag == "hum":
        name = f"{name} ({mains_hz}{SPACE}Hz)"
    stretches = merged(spans)
    shown = [f"{clock(start)}–{clock(end)}" for start, end in stretches[:_STRETCHES]]
    if len(stretches) > _STRETCHES:
        shown.append(f"{len(stretches) - _STRETCHES} more")
    return name, f"{listed(shown)}; {length(sum(end - start for start, end in stretches))} in all", meaning
