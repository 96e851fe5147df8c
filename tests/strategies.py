"""Hypothesis strategies for the core: raw signals that a kind world would not send, and ways to cut a signal up."""

import itertools

import numpy as np
from hypothesis import strategies as st

CODE_MAX = 4095

code = st.integers(0, CODE_MAX)
seed = st.integers(0, 2**32 - 1)


def cuts(length: int) -> st.SearchStrategy[list[int]]:
    """Return lengths of pieces that make up ``length``; none is empty."""

    def lengths(at: set[int]) -> list[int]:
        edges = [0, *sorted(at), length]
        return [end - start for start, end in itertools.pairwise(edges)]

    return st.sets(st.integers(1, length - 1), max_size=12).map(lengths)


def noise(length: int, low: int, high: int) -> st.SearchStrategy[list[int]]:
    """Return white noise from ``low`` to ``high``, both included: one draw, whatever the length."""
    return seed.map(lambda number: np.random.default_rng(number).integers(low, high + 1, length).tolist())


def square(length: int, period: int, phase: int, low: int, high: int) -> list[int]:
    """Return a square wave of ``period`` samples."""
    return [high if 2 * ((n + phase) % period) < period else low for n in range(length)]


def raw(length: int) -> st.SearchStrategy[list[int]]:
    """Return raw samples, 0 to 4095: noise, squares of any period, two values at random, rails, constants that jump."""
    two_values = st.tuples(seed, code, code).map(
        lambda drawn: np.random.default_rng(drawn[0]).choice(drawn[1:], length).tolist()
    )
    rails = st.lists(st.tuples(st.integers(1, length), st.sampled_from((0, CODE_MAX))), min_size=1, max_size=40)
    jumps = st.lists(st.tuples(st.integers(1, length), code), min_size=1, max_size=40)
    return st.one_of(
        noise(length, 0, CODE_MAX),
        st.builds(square, st.just(length), st.integers(2, length), st.integers(0, length), code, code),
        st.builds(square, st.just(length), st.integers(2, 400), st.just(0), st.just(0), st.just(CODE_MAX)),
        two_values,
        rails.map(lambda runs: _repeated(runs, length)),
        jumps.map(lambda runs: _repeated(runs, length)),
    )


def _repeated(runs: list[tuple[int, int]], length: int) -> list[int]:
    values = [value for count, value in runs for _ in range(count)]
    return (values * (length // len(values) + 1))[:length]
