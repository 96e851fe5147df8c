"""``buzzband calibrate``: the band leads and judges; this says in words what it buzzes, and shows what it feels."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from buzzband.errors import CalibrationRefused, LinkError, Refused
from buzzband.services.live.band import require_battery
from buzzband.services.live.wording import GUIDED
from buzzband.transports.link import Link
from buzzband.transports.replies import Status
from buzzband_fw.core import calibration, words
from buzzband_fw.core.chain import BLOCK_MS
from buzzband_fw.link import messages

SCHEMA = "buzzband/calibrate/1"
HOWS = {"squeezes": messages.SQUEEZES, "warm-up": messages.LIFTS}

_LEADING = (messages.CALIBRATING, messages.WARMING_UP)
_NAMES = {messages.CALIBRATING: "squeezes", messages.WARMING_UP: "warm-up"}
_LOOK_EVERY = 5  # samples: a tenth of a second of the band's time, a fifth of its shortest pause between words
_GRADES = range(words.COUNT + 1, words.COUNT + 4)
_REFUSALS = {
    calibration.SATURATED: ("the signal is cut off at the converter's limits", "Turn the amplifier's gain down."),
    calibration.HUM: (
        "the mains hums louder than the muscle",
        "Go away from cables and chargers, wet the skin, check the reference electrode and the setting mains_hz.",
    ),
    calibration.ELECTRODE_OFF: ("no signal comes from the electrodes", "Press them on, and check the plug."),
    calibration.WEAK: (
        "the muscle was not three times as loud as at rest",
        "Squeeze harder, or find a better place: a double press while the band leads.",
    ),
    calibration.MOVED: ("there were no three still seconds", "Stand still and let the arm hang while you breathe."),
    calibration.SLIPPED: (
        "one effort was less than half of another",
        "Strap the band tighter, and make each effort alike.",
    ),
}
_FULL_RESTS = 8  # the bar is full at so many times the lowest envelope, until there was a higher one
_SETTLED_S = 0.5


@dataclass(frozen=True)
class Moment:
    """What to show. ``advice``: what to do now. ``level``: of the muscle, 0 to 1. ``count``: squeezes, or reps."""

    t_s: float
    advice: str
    level: float
    count: int


Watch = Callable[[Moment], None]


@dataclass(frozen=True)
class Calibrated:
    """A calibration that the band has accepted. ``grade``: 1 to 3. ``rest``, ``reference``: None if it does not tell.

    ``near``: whether the band sits where it sat when it was last calibrated; None if it cannot tell.
    """

    how: str
    grade: int
    near: bool | None
    rest: int | None
    reference: int | None


@dataclass
class _Heard:
    """What the band has said so far."""

    said: int
    advice: str = "Stand still."
    squeezes: int = 0
    grade: int = 0
    refusal: int = 0
    near: bool | None = None
    lowest: int = 1 << 20
    highest: int = field(default=1)

    def hear(self, status: Status) -> None:
        """Take the last word, if it is new."""
        if status.said == self.said:
            return
        self.said, word = status.said, status.word
        if self.grade and word in (words.READY, words.QUESTION):
            self.near = word == words.READY
        elif word in _GRADES:
            self.grade = word - words.COUNT
            self.advice = f"Done: grade {self.grade} of {len(_GRADES)}."
        elif word - words.REFUSED in _REFUSALS:
            self.refusal = word - words.REFUSED
            self.advice = "Refused."
        elif word in GUIDED:
            self.squeezes += word == words.SQUEEZE
            self.advice = GUIDED[word]

    def level(self, envelope: int, t_s: float) -> float:
        """Return how far a bar reaches."""
        self.highest = max(self.highest, envelope)
        if t_s >= _SETTLED_S:
            self.lowest = max(min(self.lowest, envelope), 1)
        return min(envelope / max(self.highest, min(_FULL_RESTS * self.lowest, 1 << 20)), 1.0)


def calibrate(link: Link, how: str, watch: Watch) -> Calibrated:
    """Let the band lead through a calibration; return what it has found. What ends it early leaves it.

    ``how``: of ``HOWS``. ``watch``: is called ten times a second of the band's time. Raises LinkError, OnUsbPower and
    CalibrationRefused.
    """
    before = link.status()
    require_battery(before)
    state = link.calibrate(HOWS[how])
    if state not in _LEADING:
        require_battery(link.status())
        raise CalibrationRefused("The band cannot calibrate now.", "End with its button what it is at, and try again.")
    heard = _Heard(before.said)
    link.stream(True)
    try:
        _follow(link, heard, watch)
    except BaseException:
        with suppress(LinkError):
            link.calibrate(messages.LEAVE)
        raise
    finally:
        with suppress(LinkError):
            link.stream(False)
    return _judged(link, heard, _NAMES[state])


def _follow(link: Link, heard: _Heard, watch: Watch) -> None:
    """Show what the band feels and says until it leads no more."""
    start, t_s = None, 0.0
    while True:
        envelope = 0
        for sample in islice(link.samples(link.patience_s), _LOOK_EVERY):
            start = sample.block if start is None else start
            envelope = max(envelope, sample.envelope)
            t_s = (sample.block - start) * BLOCK_MS / 1000
        status = link.status()
        require_battery(status)
        heard.hear(status)
        count = heard.squeezes or status.swings >> 1
        watch(Moment(t_s, heard.advice, heard.level(envelope, t_s), count))
        if status.state not in _LEADING:
            return


def _judged(link: Link, heard: _Heard, how: str) -> Calibrated:
    if heard.refusal:
        what, mend = _REFUSALS[heard.refusal]
        raise CalibrationRefused(f"The band refuses: {what}.", f"{mend} {CalibrationRefused.hint}")
    if not heard.grade:
        raise CalibrationRefused("The calibration was left before it was over.")
    rest, reference = None, None
    with suppress(Refused):
        values = link.config().values
        rest, reference = values.get("rest"), values.get("reference")
    return Calibrated(how, heard.grade, heard.near, rest, reference)


_GRADE_WORDS = (
    "",
    "enough: the band would do better elsewhere on the muscle, or on wet skin",
    "good",
    "very good",
)


def calibrated_text(found: Calibrated) -> str:
    """Return what ``buzzband calibrate`` prints."""
    lines = [f"Calibrated: grade {found.grade} of {len(_GRADES)}, {_GRADE_WORDS[found.grade]}."]
    if found.rest is not None and found.reference is not None:
        times = f", {found.reference / found.rest:.1f} times as much" if found.rest else ""
        lines.append(f"At rest {found.rest}, at full effort {found.reference}{times}.")
    if found.near is not None:
        lines.append(
            "It sits where it sat last time."
            if found.near
            else "It seems to sit elsewhere than last time: sessions of today and then compare badly."
        )
    return "\n".join([*lines, "A session has begun; buzzband monitor shows it."])


def calibrated_document(found: Calibrated) -> Mapping[str, Any]:
    """Return the document that ``buzzband calibrate --json`` prints."""
    return {"schema": SCHEMA, **vars(found)}
