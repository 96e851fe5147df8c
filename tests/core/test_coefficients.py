import importlib.util
from pathlib import Path

import pytest
from scipy.signal import butter

from buzzband_fw.core import coefficients

SCRIPT = Path(__file__).parents[2] / "device" / "tools" / "design_filters.py"
LSB = 2.0**-13
HALF_AN_LSB = pytest.approx(0, abs=0.5 + 1e-9)


@pytest.fixture
def design():
    spec = importlib.util.spec_from_file_location("design_filters", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_lsb(ints, floats):
    return [whole - value / LSB for whole, value in zip(ints, floats, strict=True)]


def test_the_file_is_what_the_design_script_writes(design):
    assert Path(coefficients.__file__).read_text(encoding="utf-8") == design.source()


def test_the_high_pass_is_scipys_butterworth_to_half_an_lsb():
    ((b0, b1, b2, _, a1, a2),) = butter(2, 20, "highpass", fs=1200, output="sos")
    assert (b1, b2) == pytest.approx((-2 * b0, b0))
    assert in_lsb(coefficients.HIGHPASS, (b0, a1, a2)) == [HALF_AN_LSB] * 3


def test_the_low_pass_is_scipys_butterworth_to_half_an_lsb_with_each_section_at_unit_gain():
    sections = sorted(butter(4, 140, fs=1200, output="sos").tolist(), key=lambda section: section[5])
    wanted = [
        value for (_, _, _, _, a1, a2) in sections for value in ((1 + a1 + a2) / 4, a1, a2)
    ]  # zeros at half the rate: b0 (1 + z)^2
    assert in_lsb(coefficients.LOWPASS, wanted) == [HALF_AN_LSB] * 6
    gain = sections[0][0] * sections[1][0]
    assert wanted[0] * wanted[3] == pytest.approx(gain)


def test_rounding_leaves_the_low_pass_a_gain_of_1_within_a_thousandth():
    for b0, a1, a2 in (coefficients.LOWPASS[:3], coefficients.LOWPASS[3:]):
        assert 4 * b0 / (8192 + a1 + a2) == pytest.approx(1, abs=2e-3)
