"""``buzzband compare plan``: which sets of the next session are silent, by chance, and put on the band."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from buzzband.errors import NotComparable
from buzzband.services.config import Store
from buzzband.services.config import change as change_settings
from buzzband.services.pairs import HEAVY, MODES, objection
from buzzband.wording import count, listed
from buzzband_fw.core.load import GATE_PERCENT

DOCUMENT = "buzzband/compare-plan/1"
SETTING = "silent_sets"


@dataclass(frozen=True)
class Plan:
    """For each set of a session whether it is silent; of each two neighbours one is. ``seed`` makes the same again."""

    seed: int
    silent: tuple[bool, ...]

    @property
    def bits(self) -> int:
        """Return the setting that stands for it: bit 0 is the first set."""
        return sum(1 << number for number, silent in enumerate(self.silent) if silent)


@dataclass(frozen=True)
class Planned:
    """A plan that has been put where settings are; None: that of before was taken away."""

    where: str
    plan: Plan | None


def drawn(pairs: int, seed: int) -> Plan:
    """Return a plan of so many pairs. In half of them the silent set comes first, and chance says in which.

    Of an odd number chance says which order is the more frequent. Only ``random`` of Python's generator is used, which
    gives the same for the same seed in every version.
    """
    chance = random.Random(seed)
    first = chance.random() < 0.5
    orders = [bool(number % 2) == first for number in range(pairs)]
    orders = [order for _, order in sorted((chance.random(), order) for order in orders)]
    return Plan(seed, tuple(silent for order in orders for silent in (order, not order)))


def put(store: Store, pairs: int, seed: int) -> Planned:
    """Draw a plan and put it on the band, or into a file. Raises NotComparable, and what changing settings raises."""
    settings = store.config().values
    why = objection(settings)
    if why == HEAVY:
        raise NotComparable(
            f"load_kg is {settings['load_kg']}, more than {GATE_PERCENT} % of the most that can be lifted once: the "
            "band has no words of the muscle there, for to feel it does not help (Calatayud et al. 2016).",
            f"Compare with a load of {GATE_PERCENT} % or less, and set load_kg to it.",
        )
    if why:
        mode = settings["mode"] or f"none, so that of the exercise, {settings['exercise']}"
        raise NotComparable(
            f"mode is {mode}: that does not speak of the muscle in each rep.",
            f"Set mode to {' or '.join(MODES)}, which do, and alike in every set.",
        )
    plan = drawn(pairs, seed)
    change_settings(store, {SETTING: plan.bits})
    return Planned(store.where, plan)


def clear(store: Store) -> Planned:
    """Take the plan away: every set is cued again."""
    change_settings(store, {SETTING: None})
    return Planned(store.where, None)


def text(done: Planned, shown: bool = False) -> str:
    """Return what ``buzzband compare plan`` prints. ``shown``: with the plan itself."""
    return "\n".join(_lines(done, shown))


def _lines(done: Planned, shown: bool) -> Iterator[str]:
    if done.plan is None:
        yield "There is no plan any more: from the next session on every set is cued."
        return
    plan = done.plan
    sets = len(plan.silent)
    yield f"{count(sets // 2, 'pair')} of sets, seed {plan.seed}: in each pair one set is cued and the other silent."
    if shown:
        silent = [str(number) for number, is_silent in enumerate(plan.silent, 1) if is_silent]
        yield f"Silent: {'set' if len(silent) == 1 else 'sets'} {listed(silent)}."
    else:
        yield "Which one is not told, so that you lift no differently for knowing it; --show tells."
    yield (
        f"It counts from the next session on. Do {sets} sets of one exercise with one load, with the same rest between "
        "them, and aim for the target in every one, whether the band speaks or not. Then run buzzband sync and "
        "buzzband compare, and draw a new plan for the next session."
    )


def document(done: Planned) -> Mapping[str, Any]:
    """Return the document that ``buzzband compare plan --json`` prints."""
    plan = done.plan
    return {
        "schema": DOCUMENT,
        "where": done.where,
        "seed": plan and plan.seed,
        "silent": plan and list(plan.silent),
        SETTING: plan.bits if plan else 0,
    }
