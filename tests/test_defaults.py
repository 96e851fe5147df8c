"""What options offer is what there is."""

from buzzband import defaults, engines
from buzzband.services import demo, selftest
from buzzband.transports.backends import BACKENDS


def test_the_engines_that_are_offered_are_those_there_are() -> None:
    assert tuple(engines.ENGINES) == defaults.ENGINES
    assert tuple(selftest.RUNNERS) == defaults.TESTED
    assert tuple(demo.ENGINES) == defaults.APP_ENGINES


def test_the_ways_to_the_prompt_that_are_offered_are_those_there_are() -> None:
    assert tuple(BACKENDS) == defaults.BACKENDS
