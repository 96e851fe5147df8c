"""What happened in a session, as a list in order of time: the annotations of EDF+, the events of BIDS and CSV."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from buzzband.exports.take import Take, TakenRep

Value = int | float | str

COLUMNS: Mapping[str, str] = {
    "set": "Number of the set, from 1 on.",
    "rep": "Number of the rep in its set, from 1 on.",
    "reps": "Reps in the set, or cycles of steady work.",
    "cadence_rpm": "Cycles a minute of steady work.",
    "peak_percent": "Highest activation in the rep, in percent of the reference of the calibration.",
    "mean_percent": "Mean activation, in percent of the reference: of both phases of a rep, or of a hold.",
    "concentric_percent": "Mean activation in the concentric phase, in percent of the reference.",
    "eccentric_percent": "Mean activation in the eccentric phase, in percent of the reference.",
    "concentric_s": "Length of the concentric phase, in seconds; 0 if it was not seen.",
    "hold_s": "Pause between the phases of a rep, in seconds.",
    "eccentric_s": "Length of the eccentric phase, in seconds; 0 if it was not seen.",
    "found_by": "What the rep was found by: tilt or turn of the limb, or emg, the muscle alone.",
    "marked": "What is to be known of the rep: lowers_first, muscle_off, too_fast, approximate.",
    "felt": "How many reps of the set the wearer felt to be on target, if he said so.",
    "counted": "How many reps of the set were on target.",
    "rate_hz": "Zero crossings a second in the contractions of the rep that was over by then.",
    "value": "What belongs to the fault: see docs/log-format.md.",
}
"""What an event can carry, and what it means."""

KINDS: Mapping[str, str] = {
    "session": "All of the session.",
    "start": "What is known of the time of day at which the session began, if that is not known exactly.",
    "set": "A set.",
    "rep": "A rep that counts.",
    "hold": "A time in which muscle and limb stood still under load.",
    "cue": "A word that the band's motor said.",
    "withheld": "A word that was due but not said: by the mode, for the load, or because nobody wore a band.",
    "quality": "The signal was not to be trusted: rail, flat or hum.",
    "blanked": "The motor ran, or had just run (or would have, for a word that was withheld).",
    "gap": "There is no activation: its records are missing or damaged.",
    "fault": "Something went wrong on the band.",
    "mark": "The wearer marked this moment.",
    "answer": "The wearer was asked how many reps of the set had been on target.",
    "crossings": "How fast the signal of the muscle crossed zero: it slows down as the muscle tires.",
    "end": "The session ended, and by what; or it was cut off.",
}
"""What an event can be, and what it means."""


@dataclass(frozen=True)
class Event:
    """``name``: which word, flag or fault it is. ``values``: by the names in COLUMNS."""

    onset_s: float
    duration_s: float
    kind: str
    name: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return it in a line: ``rep set=1 rep=3 peak_percent=86.4``."""
        return " ".join(filter(None, (self.kind, self.name, *(f"{key}={value}" for key, value in self.values.items()))))


def events(take: Take) -> tuple[Event, ...]:
    """Return all events, the earliest first."""
    found = [*_of_session(take), *_of_work(take), *_of_signal(take)]
    return tuple(sorted(found, key=lambda event: (event.onset_s, -event.duration_s)))


def _of_session(take: Take) -> Iterator[Event]:
    yield Event(0.0, take.duration_s, "session", take.about.session_id)
    if take.about.start.at is None:
        yield Event(0.0, 0.0, "start", take.about.start.bounds)
    for fault in take.faults:
        yield Event(fault.t_s, 0.0, "fault", fault.name, {"value": fault.value})
    for mark_s in take.marks:
        yield Event(mark_s, 0.0, "mark")
    yield Event(take.duration_s, 0.0, "end", take.ended)


def _of_work(take: Take) -> Iterator[Event]:
    for one in take.sets:
        span = one.span
        cadence = {"cadence_rpm": round(span.cadence_rpm, 1)} if span.cadence_rpm else {}
        yield Event(
            span.start_s, span.end_s - span.start_s, "set", values={"set": one.number, "reps": span.reps, **cadence}
        )
    for rep in take.reps:
        yield Event(rep.rep.start_s, round(rep.rep.end_s - rep.rep.start_s, 3), "rep", values=rep_values(rep))
    for hold in take.holds:
        length_s = round(hold.end_s - hold.start_s, 3)
        yield Event(hold.start_s, length_s, "hold", values={"mean_percent": hold.mean_permille / 10})
    ends_s = {one.number: one.span.end_s for one in take.sets}
    for answer in take.answers:
        felt = {} if answer.felt is None else {"felt": answer.felt}
        when_s = ends_s.get(answer.set, take.duration_s)
        yield Event(when_s, 0.0, "answer", values={"set": answer.set, **felt, "counted": answer.counted})


def _of_signal(take: Take) -> Iterator[Event]:
    yield from (Event(cue.t_s, 0.0, "cue", cue.word) for cue in take.cues)
    yield from (Event(cue.t_s, 0.0, "withheld", cue.word) for cue in take.withheld)
    yield from (Event(span.t_s, _between(span.t_s, span.end_s), "quality", span.flag) for span in take.quality)
    for kind, spans in (("blanked", take.blanked), ("gap", take.gaps)):
        yield from (Event(start_s, _between(start_s, end_s), kind) for start_s, end_s in spans)
    yield from (Event(t_s, 0.0, "crossings", values={"rate_hz": rate_hz}) for t_s, rate_hz in take.crossings)


def rep_values(taken: TakenRep) -> dict[str, Value]:
    """Return what there is to tell of a rep, by the names in COLUMNS."""
    rep = taken.rep
    marked = [name for name in ("lowers_first", "muscle_off", "too_fast", "approximate") if getattr(rep, name)]
    values: dict[str, Value] = {
        "set": taken.set,
        "rep": taken.number,
        "peak_percent": rep.peak_permille / 10,
        "mean_percent": rep.mean_permille / 10,
        "concentric_percent": rep.concentric_permille / 10,
        "eccentric_percent": rep.eccentric_permille / 10,
        "concentric_s": rep.concentric_s,
        "hold_s": rep.hold_s,
        "eccentric_s": rep.eccentric_s,
        "found_by": rep.source,
    }
    return values | ({"marked": "+".join(marked)} if marked else {})


def _between(start_s: float, end_s: float) -> float:
    """Return a length without what floating point adds to it."""
    return round(end_s - start_s, 3)
