"""Copies of constants are what they copy. A name from another module, or one that is no ``const``, takes time."""

import importlib

import pytest

from buzzband_fw.core.chain import BLOCK_MS, BLOCK_SAMPLES
from buzzband_fw.core.motion import AWAY, SOURCES, STEP_MS
from buzzband_fw.core.quality import FLAT, HUM, RAIL, WINDOW_BLOCKS
from buzzband_fw.core.zigzag import TURNED

COPIES = {
    "comb": {"comb": "KEPT REMOVED"},
    "lowpass": {"lowpass": "CROSSINGS"},
    "motion": {"motion": "AWAY REST SPEED TURN"},
    "swings": {
        "swings": "DURATION MEAN MIDDLE PEAK ROW SIZE",
        "motion": "MUSCLE SOURCES STEP_MS",
        "zigzag": "ACTIVATION NO_VALUE OFFSET",
    },
    "zigzag": {
        "zigzag": "ACTIVATION AMPLITUDE BASE DIRECTION EXTREME_AT FLOOR LAST LAST_EXTREME_AT OFFSET SETTLED STRIDE"
        " TURNED",
        "motion": "SOURCES AWAY REST",
    },
    "slow": {"slow": "PLACES"},
    "slight": {"slow": "PLACES", "slight": "AFTER"},
    "reps": {"swings": "DECENT SCORED_MIN SIZE ROW", "zigzag": "NO_VALUE STRIDE LAST HISTORY_STEPS"},
    "sets": {"cue": "BLANKED"},
    "top": {"sets": "_IRREGULAR _IRREGULAR_FEW"},
    "cue": {"modes.mode": "CODE_WORD BEGUN TOLD OVER", "chain": "BLOCK_MS BLOCK_SAMPLES"},
    "calibration": {"quality": "WINDOW_BLOCKS _RAILED_MAX", "chain": "BLOCK_MS"},
    "placement": {"chain": "BLOCK_MS"},
    "warm_up": {"quality": "WINDOW_BLOCKS", "chain": "BLOCK_MS"},
    "modes.tempo": {"modes.tempo": "PHASES_MS"},
}
PAIRS = [
    (copy, module, name) for copy, found in COPIES.items() for module, names in found.items() for name in names.split()
]


def core(name):
    return importlib.import_module(f"buzzband_fw.core.{name}")


@pytest.mark.parametrize(("copy", "module", "name"), PAIRS)
def test_a_copy_is_what_it_copies(copy, module, name):
    assert getattr(core(copy), "_" + name.removeprefix("_")) == getattr(core(module), name)


def test_masks_of_events_are_those_of_nine_sources():
    """Bits 0 to 8: settled; 9 to 17: turned; 18 to 26: unjudged; 27: the choice."""
    reps, one, both = core("reps"), 1, 1 | 1 << TURNED
    found = {
        name: getattr(reps, name) for name in ("_TURNED", "_BOTH", "_EVENTS", "_UNJUDGED", "_UNJUDGED_0", "_AWAYS")
    }
    assert found == {
        "_TURNED": one << TURNED,
        "_BOTH": both,
        "_EVENTS": (one << 2 * SOURCES) - 1,
        "_UNJUDGED": (one << 3 * SOURCES) - (one << 2 * SOURCES),
        "_UNJUDGED_0": one << 2 * SOURCES,
        "_AWAYS": both << AWAY | both << AWAY + 1,
    }
    assert one << 3 * SOURCES == reps._CHOICE
    assert one << TURNED == core("zigzag")._TURNED_0


def test_faults_are_rail_flat_and_hum():
    assert core("sets")._NO_MUSCLE == core("warm_up")._FAULTS == RAIL | FLAT | HUM
    assert core("placement")._FAULTS == RAIL | FLAT


def test_windows_and_blocks_are_those_of_the_chain():
    assert core("quality")._WINDOW_SAMPLES == WINDOW_BLOCKS * BLOCK_SAMPLES
    assert core("fatigue")._WINDOWS_PER_S * WINDOW_BLOCKS * BLOCK_MS == 1000
    assert core("motion").STEP_BLOCKS * BLOCK_MS == STEP_MS


def test_a_muscle_is_on_from_40_percent_of_the_target():
    assert core("reps")._ON_PERCENT == core("fatigue")._ON_PERCENT == core("modes.steady").ON_PERCENT == 40
