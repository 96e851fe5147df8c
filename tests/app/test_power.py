"""The battery: read while the muscle is sampled, told when it is low, and the end when it is empty."""

import numpy as np
import pytest

from app.bench import band, core_track, only_log, replace, rest
from buzzband_fw.core.words import LOW_BATTERY, pulses_ms
from buzzband_fw.link import messages
from buzzband_fw.store import records

LOOK_S = 82  # from one look to the next


def drained(mv, at_s=5.0):
    return band(rest(1), script=[(at_s, "supply_mv", mv)])


def test_a_battery_that_becomes_low_is_said_and_logged():
    with drained(3350) as virtual:
        virtual.run_for(5 * LOOK_S)
        assert virtual.app.band.faults & messages.LOW_BATTERY
        pulses = [round(burst.duration_s * 1000) for burst in virtual.motor]
        virtual.press()
        (fault,) = [fault for fault in only_log(virtual).faults if fault.code == records.BATTERY]
    assert pulses == [500, 500, 500] == list(pulses_ms(LOW_BATTERY)[::2])
    assert 3350 <= fault.value < 3500


def test_an_empty_battery_ends_the_session_and_switches_off():
    with drained(3000) as virtual:
        virtual.run_for(8 * LOOK_S)
        assert virtual.app.band.state == messages.OFF
        assert only_log(virtual).end.reason == records.BY_LOW_BATTERY


def test_a_battery_that_holds_says_nothing():
    with drained(3600) as virtual:
        virtual.run_for(4 * LOOK_S)
        assert virtual.motor == ()
        assert virtual.app.band.supply_mv == pytest.approx(3600, abs=60)


def test_a_look_at_the_battery_costs_one_sample_of_the_muscle():
    raw = rest(90)
    seen = []

    def watched(look):
        return lambda muscle: seen.append(look(muscle)) or seen[-1]

    with band(raw, patches=replace("buzzband_fw.muscle", "Muscle", "supply_mv", watched)) as virtual:
        virtual.play()
        log = only_log(virtual)
    assert seen == [pytest.approx(virtual.world.supply_mv, abs=60)]
    expected = core_track(raw).permille
    assert np.abs(log.permille[: len(expected)].astype(int) - expected).max() <= 3
