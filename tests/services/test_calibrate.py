"""``buzzband calibrate``: the whole app leads a synthetic wearer; what it buzzes stands there in words."""

from dataclasses import replace

import numpy as np
import pytest

from app.bench import contractions, link_to, rest
from app.wearing import WornBand
from buzzband.engines.band import VirtualBand
from buzzband.errors import CalibrationRefused, OnUsbPower
from buzzband.recordings.synth.wearers import Wearer, draw
from buzzband.services.calibrate import Calibrated, Moment, calibrate, calibrated_text
from buzzband_fw.link import messages

AWAITING = {"autostart": False}
GOOD = Wearer("good", grade=3)


def guided(
    wearer: Wearer, how: str = "squeezes", **options: object
) -> tuple[Calibrated, list[Moment], dict[str, object]]:
    """What came of it, what was shown, and the settings behind it."""
    moments: list[Moment] = []
    with WornBand(wearer, AWAITING, 1, **options) as band:
        band.run_for(1)
        found = calibrate(link_to(band), how, moments.append)
        return found, moments, dict(band.app.band.settings.values)


def advice(moments: list[Moment]) -> list[str]:
    """What was said, each once in a row."""
    texts = [moment.advice for moment in moments]
    return [text for text, before in zip(texts, ["", *texts], strict=False) if text != before]


def test_a_good_wearer_is_led_through_rest_and_squeezes_and_graded() -> None:
    found, moments, settings = guided(GOOD)
    breath = ["Stand still, let the arm hang. Breathe in.", "Breathe out."]
    squeeze = ["Squeeze, as hard as in the hardest rep!", "Let go."]
    assert advice(moments) == ["Stand still.", *breath * 2, *squeeze * 3, f"Done: grade {found.grade} of 3."]
    assert (found.how, found.near) == ("squeezes", None)
    assert (found.rest, found.reference) == (settings["rest"], settings["reference"])
    assert f"grade {found.grade} of 3" in calibrated_text(found)


def test_the_bar_is_high_while_the_muscle_squeezes_and_low_at_rest() -> None:
    _, moments, _ = guided(GOOD)
    squeezing = [moment.level for moment in moments if moment.advice.startswith("Squeeze")]
    resting = [moment.level for moment in moments if moment.advice.startswith("Breathe") and moment.t_s > 3]
    assert max(squeezing) == 1
    assert np.median(resting) < 0.3
    assert {moment.count for moment in moments} == {0, 1, 2, 3}


@pytest.mark.parametrize(
    ("kind", "words"), [("weak", "three times as loud"), ("lead off", "no signal"), ("moving", "still seconds")]
)
def test_a_refusal_says_what_was_wrong_and_the_mend(kind: str, words: str) -> None:
    wearer = replace(draw(kind, np.random.default_rng(1)), has_imu=True)
    with pytest.raises(CalibrationRefused, match=words) as refused:
        guided(wearer)
    assert "stays valid" in refused.value.hint
    assert len(refused.value.hint) > len(CalibrationRefused.hint)


def test_a_warm_up_set_is_led_and_its_reps_are_counted() -> None:
    raw = np.concatenate([rest(16), contractions(6), rest(12)])
    moments: list[Moment] = []
    with VirtualBand(raw, AWAITING) as band:
        band.run_for(1)
        found = calibrate(link_to(band), "warm-up", moments.append)
    assert found.how == "warm-up"
    assert "Ready: lift now, with little weight." in advice(moments)
    assert max(moment.count for moment in moments) == 6


def test_what_ends_it_early_leaves_it_and_stops_the_stream() -> None:
    with WornBand(GOOD, AWAITING, 1) as band:
        band.run_for(1)

        def interrupt(moment: Moment) -> None:
            if moment.t_s > 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            calibrate(link_to(band), "squeezes", interrupt)
        assert link_to(band).status().state == messages.IDLE
        assert not band.app.server.streaming


def test_a_button_that_leaves_it_is_no_calibration() -> None:
    with WornBand(GOOD, {**AWAITING, "rest": 300, "reference": 9000}, 1) as band:
        band.run_for(1)
        band.world.schedule(band.world.now_us + 3_000_000, "press", 100)
        with pytest.raises(CalibrationRefused, match="left before it was over"):
            calibrate(link_to(band), "squeezes", lambda _: None)


def test_with_usb_power_it_is_refused_and_nothing_begins() -> None:
    with WornBand(GOOD, AWAITING, 1, usb_power=True) as band:
        band.run_for(1)
        with pytest.raises(OnUsbPower, match="isolator") as refused:
            calibrate(link_to(band), "squeezes", lambda _: None)
        assert "usb_isolator yes" in refused.value.hint
        assert not band.said


def test_with_an_isolator_declared_usb_power_is_no_objection() -> None:
    with WornBand(GOOD, {**AWAITING, "usb_isolator": True}, 1, usb_power=True) as band:
        band.run_for(1)
        assert calibrate(link_to(band), "squeezes", lambda _: None).grade


def test_a_cable_that_goes_in_meanwhile_ends_it() -> None:
    with WornBand(GOOD, AWAITING, 1) as band:
        band.run_for(1)
        band.world.schedule(band.world.now_us + 4_000_000, "usb_power", True)
        with pytest.raises(OnUsbPower):
            calibrate(link_to(band), "squeezes", lambda _: None)
