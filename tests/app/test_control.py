"""Every press in every state: up to four in a row lead somewhere that is defined, and never into a dead end."""

from itertools import product
from types import SimpleNamespace

import pytest

from buzzband_fw import control, names
from buzzband_fw.control import Control
from buzzband_fw.link import messages

PRESSES = (control.SHORT, control.LONG, control.DOUBLE)
GUIDED = (messages.CALIBRATING, messages.WARMING_UP, messages.ASKING, messages.FINDING)
RECORDED = (messages.RUNNING, messages.ASKING)
LEADING_TO = {  # each state from power-on: signals, in order
    messages.IDLE: (control.DONE,),
    messages.RUNNING: (control.BEGIN,),
    messages.CALIBRATING: (control.CALIBRATE,),
    messages.WARMING_UP: (control.WARM_UP,),
    messages.ASKING: (control.BEGIN, control.ASK),
    messages.FINDING: (control.CALIBRATE, control.DOUBLE),
    messages.OFF: (control.DONE, control.LONG),
}


@pytest.fixture(autouse=True)
def no_garbage(monkeypatch):
    """To collect garbage a hundred thousand times takes a minute."""
    monkeypatch.setattr(control.gc, "collect", lambda: None)


class Band:
    """As much of a band as control and guides ask for, in which nothing goes wrong."""

    def __init__(self, calibrated: bool) -> None:
        self.state = messages.STARTING
        self.faults = 0
        self.settings = SimpleNamespace(calibrated=calibrated, calibration="guided", autostart=True, signature=None)
        self.answers: list[int] = []
        self.lifts = SimpleNamespace(asks=False, event=0, note_answer=self.answers.append)
        self.on = self.felt = False
        self.marks = 0
        self.muscle = SimpleNamespace(
            envelope=lambda: 300, is_counted=lambda: False, flags=lambda: 0, counts=(0, 0, 0, 0)
        )
        self.frames = SimpleNamespace(hold=lambda: None, release=lambda: None)
        self.movement = SimpleNamespace(speed=lambda: 0, event=0, is_felt=lambda: False)

    def is_on(self):
        return self.on

    def begin(self):
        assert not self.on
        assert self.settings.calibrated
        self.on = self.felt = True

    def end(self, _reason):
        assert self.on
        self.on = self.felt = False

    def feel(self):
        self.felt = True

    def rest(self):
        self.felt = False

    def settle(self):
        pass

    def choose(self):
        pass

    def stretch(self, _rest, _reference):
        pass

    def say(self, _word):
        pass

    def is_speaking(self):
        return False

    def note_mark(self):
        self.marks += 1


@pytest.fixture(autouse=True)
def modules_stay(monkeypatch):
    """The band forgets modules; here they are everybody's."""
    monkeypatch.setattr(control, "forget", lambda *_names: None)


def led_to(state, calibrated=True):
    band = Band(calibrated)
    leader = Control(band)
    for signal in LEADING_TO[state]:
        leader.take(signal)
    return band, leader


def assert_consistent(band, leader):
    assert band.on == (band.state in RECORDED)
    assert (leader.guide is not None) == (band.state in GUIDED)
    assert band.felt == (band.state in (*GUIDED, messages.RUNNING))


def test_each_state_can_be_led_to():
    for state in LEADING_TO:
        band, leader = led_to(state)
        assert band.state == state
        assert_consistent(band, leader)


@pytest.mark.parametrize("calibrated", [True, False])
@pytest.mark.parametrize("state", LEADING_TO, ids=lambda state: names.STATES[state])
def test_every_sequence_of_up_to_four_presses_is_defined_and_leads_on(state, calibrated):
    for length in range(1, 5):
        for presses in product(PRESSES, repeat=length):
            band, leader = led_to(state, calibrated)
            for press in presses:
                leader.take(press)
                assert_consistent(band, leader)
                for _ in range(3):
                    get_on(leader)
            for press in (control.LONG, control.LONG):  # the first may be an answer
                if band.state != messages.OFF:
                    leader.take(press)
            assert band.state in (messages.OFF, messages.STARTING)
            assert not band.on


@pytest.mark.parametrize("state", LEADING_TO, ids=lambda state: names.STATES[state])
def test_with_usb_power_no_press_leads_to_where_a_body_is_felt(state):
    for presses in product(PRESSES, repeat=4):
        band, leader = led_to(state)
        band.faults |= messages.USB_POWER
        leader.take(control.USB)
        for press in presses:
            assert not band.felt
            leader.take(press)


def get_on(leader) -> None:
    """What the app has the control do after a block."""
    leader.look()
    if leader.guide is not None:
        leader.step()


def test_without_a_calibration_a_session_begins_with_one():
    band, leader = led_to(messages.IDLE, calibrated=False)
    leader.take(control.SHORT)
    assert band.state == messages.CALIBRATING


def test_who_prefers_to_warm_up_warms_up_in_place_of_squeezing():
    band, leader = led_to(messages.IDLE)
    band.settings.calibration = "warm-up"
    leader.take(control.DOUBLE)
    assert band.state == messages.WARMING_UP


def test_a_double_press_in_a_session_marks_the_moment():
    band, leader = led_to(messages.RUNNING)
    leader.take(control.DOUBLE)
    assert (band.marks, band.state) == (1, messages.RUNNING)


def test_an_answer_is_as_many_presses_as_there_were():
    band, leader = led_to(messages.ASKING)
    for press in (control.DOUBLE, control.SHORT):
        leader.take(press)
    while band.state == messages.ASKING:
        leader.step()
    assert (band.answers, band.state, band.on) == ([3], messages.RUNNING, True)


def test_a_long_press_answers_none():
    band, leader = led_to(messages.ASKING)
    leader.take(control.LONG)
    assert (band.answers, band.state) == ([0], messages.RUNNING)


def test_who_does_not_answer_is_not_waited_for():
    band, leader = led_to(messages.ASKING)
    for _ in range(1100):
        get_on(leader)
    assert (band.answers, band.state) == ([255], messages.RUNNING)
