"""The compact app does what the app does: the same sessions, byte for byte, and crashes that can be read."""

import pytest

from app.bench import contractions, rest, settings
from app.lifter import lifter
from buzzband import bundle
from buzzband.engines.micropython_band import MicroPythonBand
from buzzband.errors import EngineFailed
from buzzband.twin import Drv2605lModel, Lsm6dsoxModel, Mpu6050Model

pytestmark = pytest.mark.usefixtures("micropython_port")

PINS = "buzzband_fw/hal/pins.py"  # boot.py has it as it is written
MODES = ("reach", "below", "hold", "tempo", "faded", "steady", "silent")


def compacted():
    """The firmware as a band gets it, but for MicroPython's Unix port, and as bytecode."""
    app = bundle.compact_app("linux")
    sources = {path: bundle.strip_native(text).encode() for path, text in app.sources.items()}
    return app, {**sources, PINS: bundle.bytecode_files()[PINS]}


def played(raw, chosen, sources, **options):
    """What a band has kept and done."""
    with MicroPythonBand(raw, chosen, sources=sources, **options) as worn:
        worn.play()
        return worn.files(), worn.motor, worn.led


def files_of_both(raw, chosen, **options):
    """Play on both, and compare; return the files."""
    apart = played(raw, chosen, None, **options)
    assert played(raw, chosen, compacted()[1], **options) == apart
    return apart[0]


@pytest.mark.parametrize("mode", MODES)
def test_a_session_is_the_same_in_each_mode(mode):
    assert files_of_both(contractions(3), settings(mode=mode))


def test_a_session_is_the_same_that_a_guide_leads_to():
    files_of_both(contractions(4), settings(calibration="guided"))


def test_a_session_with_clips_is_the_same():
    assert files_of_both(contractions(3), settings(clips="both"))


def test_a_session_with_a_second_muscle_is_the_same():
    second = settings(other_muscle=True, other_rest=300, other_reference=6000)
    assert files_of_both(contractions(2), second, other=rest(6))


@pytest.mark.parametrize("model", [Mpu6050Model, Lsm6dsoxModel])
def test_a_set_with_an_imu_is_the_same(model):
    who = lifter()
    assert files_of_both(who.raw, who.settings.as_dict(), imu=model(who.frames.ravel()))


def test_a_session_with_a_haptic_driver_is_the_same():
    assert files_of_both(contractions(2), settings(motor="lra"), haptics=Drv2605lModel())


def test_a_crash_can_be_read_and_tells_where_the_function_is(monkeypatch):
    path = "buzzband_fw/band.py"
    sources = bundle.firmware_sources()
    spoilt = sources[path].replace("    def note(self):\n", "    def note(self):\n        self._nowhere.x = 1\n")
    assert spoilt != sources[path]
    monkeypatch.setattr(bundle, "firmware_sources", lambda: {**sources, path: spoilt})
    app, compact_sources = compacted()
    with (
        MicroPythonBand(rest(2), settings(), sources=compact_sources) as worn,
        pytest.raises(EngineFailed, match="AttributeError") as failed,
    ):
        worn.play()
    assert "_nowhere" not in str(failed.value)
    told = app.readable(str(failed.value))
    assert "in note (band.Band" in told
    assert "'Band' object has no attribute '_nowhere'" in told
