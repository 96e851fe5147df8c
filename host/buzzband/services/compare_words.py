"""What ``buzzband compare`` prints: never more than the pairs say."""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby

from buzzband.report.comparison import Compared
from buzzband.services import paired, session_words
from buzzband.services import pairs as reasons
from buzzband.services.compare import (
    HIGHER,
    LOWER,
    NO_PAIRS,
    NO_WORDS,
    PUBLISHED,
    TOO_FEW,
    UNCLEAR,
    Comparison,
    Effect,
    more_sets,
)
from buzzband.services.pairs import Pair
from buzzband.wording import SPACE, count, listed, percent
from buzzband_fw.core.load import GATE_PERCENT

ABOUT = (
    "Each pair is of one session, exercise and load: EMG of different days is not compared.",
    "It says nothing of strength or growth, nor of other muscles, exercises or people.",
)
LOPSIDED = 0.25  # share of the pairs with one order, from which on the order may explain a difference

_LEFT_OUT = {
    reasons.UNFINISHED: ("pair", "its second set was not done"),
    reasons.POOR_SIGNAL: ("pair", "the signal of one set was missing or not to be trusted for a tenth of it or more"),
    reasons.NO_REPS: ("pair", "one set has no single reps to measure"),
    reasons.DAMAGED: ("pair", "the log is damaged there"),
    reasons.HEAVY: (
        "session",
        f"the load was above {GATE_PERCENT}{SPACE}% of the most lifted once, so without cues",
    ),
    reasons.OTHER_MODE: ("session", f"in a mode other than {' or '.join(reasons.MODES)}"),
    reasons.CONFLICT: ("session", "two copies of it differ"),
}


def comparison_text(found: Comparison) -> str:
    """Return what ``buzzband compare`` prints."""
    return "\n".join(lines(found))


def lines(found: Comparison) -> Iterator[str]:
    """Yield finding, figures, what else there is to know, and the pairs."""
    yield headline(found)
    if found.effect:
        yield from figures(found.effect, len(found.pairs))
    if found.pairs:
        yield from (cues(found), order(found), *ABOUT, published())
    yield from left_out(found)
    yield from (_pair(pair) for pair in found.pairs)


def headline(found: Comparison) -> str:
    """Return the finding in a sentence or two."""
    if found.finding == NO_PAIRS:
        return (
            "There are no cued and silent sets to compare. Draw a plan with buzzband compare plan, train, then run "
            "buzzband sync."
        )
    what = f"{count(len(found.pairs), 'pair')} of a cued and a silent set{_of(found.pairs)}"
    if found.finding == TOO_FEW:
        more = paired.PAIRS_MIN - len(found.pairs)
        return (
            f"{what}: too few to say anything. With fewer than {paired.PAIRS_MIN} chance alone could have given any "
            f"result; {count(more, 'more pair')}, {2 * more} sets, at least."
        )
    effect = found.effect
    assert effect is not None
    if found.finding == NO_WORDS:
        return f"{what}, but the band said nothing in the cued ones: there were no cues whose effect could be seen."
    if found.finding == UNCLEAR:
        return f"{what}: they do not show that cues make a difference, nor that they make none."
    direction = {HIGHER: "higher", LOWER: "lower"}[found.finding]
    return f"{what}: with cues the activation while lifting was {abs(effect.percent):.1f}{SPACE}% {direction}."


def figures(effect: Effect, pairs: int) -> Iterator[str]:
    """Yield effect, interval, test, effect size, and how many more sets would be needed."""
    yield (
        f"Cued against silent: {_signed(effect.percent)}, 95{SPACE}% interval {_signed(effect.low_percent)} to "
        f"{_signed(effect.high_percent)} (studentized bootstrap)."
    )
    ways = f"all {2**pairs:,} ways to swap the sets of the pairs" if effect.exact else "9,999 random swaps"
    size = "" if effect.dz is None else f"; effect size dz {effect.dz:.2f}"
    spread = paired.percent(effect.spread)
    yield f"Permutation test: p = {effect.p_value:.3f}, of {ways}{size}. Pairs vary by {spread:.1f}{SPACE}% (SD)."
    yield f"More sets needed to find, 80 times in 100, with pairs that vary so: {'; '.join(_needed(effect, pairs))}."


def cues(found: Comparison) -> str:
    """Return how often the band spoke in the cued sets, and would have in the silent ones."""
    said, due = sum(pair.cued.words for pair in found.pairs), sum(pair.silent.words for pair in found.pairs)
    return (
        f"In the cued sets the band spoke {count(said, 'time')}, in the silent ones it would have done so "
        f"{count(due, 'time')}; what was felt while the motor ran, or would have run, is left out of both."
    )


def order(found: Comparison) -> str:
    """Return in how many pairs the cued set came first, and what that may mean."""
    first = sum(pair.cued_first for pair in found.pairs)
    text = f"The cued set came first in {first} of {len(found.pairs)}."
    is_even = LOPSIDED * len(found.pairs) < first < (1 - LOPSIDED) * len(found.pairs)
    return text if is_even else f"{text} That is uneven: tiredness alone may make a difference."


def published() -> str:
    """Return what studies found of something similar."""
    found = [f"{one.muscle} +{one.percent:g}{SPACE}% in the {one.exercise} ({one.source})" for one in PUBLISHED]
    return (
        f"Published, of people who were told to feel the muscle, without a buzz: {listed(found)}; nothing at "
        f"80{SPACE}% of the most that can be lifted once, and up to {GATE_PERCENT}{SPACE}% it worked (Calatayud et al. "
        "2016)."
    )


def left_out(found: Comparison) -> Iterator[str]:
    """Yield what was left out, and why."""
    for why, number in sorted(found.left_out.items()):
        noun, reason = _LEFT_OUT[why]
        yield f"Left out: {count(number, noun)}, {reason}."


def picture(found: Comparison) -> Compared:
    """Return what ``buzzband compare --plot`` draws."""
    by_session = groupby(found.pairs, key=lambda pair: (pair.session.row.uid, pair.session.row.session_id))
    sessions = tuple(
        (session_words.when(pairs[0].session.when), tuple(paired.percent(pair.difference) for pair in pairs))
        for pairs in (list(group) for _, group in by_session)
    )
    one = found.effect
    effect = None if one is None else (one.percent, one.low_percent, one.high_percent)
    marks = tuple((f"{study.muscle} +{study.percent:g}{SPACE}%", study.percent) for study in PUBLISHED)
    return Compared(headline(found), sessions, effect, marks)


def _needed(effect: Effect, pairs: int) -> Iterator[str]:
    wanted = [(effect.percent, effect.needed), *zip([one.percent for one in PUBLISHED], effect.needed_for, strict=True)]
    for number, (size, needed) in enumerate(wanted):
        more = more_sets(needed, pairs)
        told = f"more than {2 * (paired.PAIRS_MAX - pairs)}" if more is None else more or "none"
        yield f"{_signed(size)}{' as found here' if number == 0 else ''}, {told}"


def _of(pairs: tuple[Pair, ...]) -> str:
    """Return of what the pairs are: of curl with 20 kg, in 3 sessions."""
    kinds = Counter((pair.exercise, pair.load_kg) for pair in pairs)
    sessions = len({(pair.session.row.uid, pair.session.row.session_id) for pair in pairs})
    told = [f"{_kind(*kind)}{f' ({number})' if len(kinds) > 1 else ''}" for kind, number in kinds.items()]
    return f", {listed(told)}, in {count(sessions, 'session')}"


def _kind(exercise: str, load_kg: int | None) -> str:
    return exercise if load_kg is None else f"{exercise} with {load_kg}{SPACE}kg"


def _pair(pair: Pair) -> str:
    sides = sorted((pair.cued, pair.silent), key=lambda side: side.number)
    told = [
        f"set {side.number + 1} {'cued' if side is pair.cued else 'silent'} {percent(side.permille)}" for side in sides
    ]
    return (
        f"  {session_words.when(pair.session.when)}  {_kind(pair.exercise, pair.load_kg)}: {', '.join(told)}: "
        f"{_signed(paired.percent(pair.difference))}"
    )


def _signed(value: float) -> str:
    return f"{value:+.1f}{SPACE}%".replace("-", "\N{MINUS SIGN}")
