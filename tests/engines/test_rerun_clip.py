"""A clip is run from the state that it says it began with, whatever that is."""

from dataclasses import replace

import numpy as np
import pytest

from buzzband.engines.job import Settings
from buzzband.engines.rerun_clip import NOT_RUN, rerun_clip
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.clips import Clip
from buzzband_fw.core import modes
from buzzband_fw.core.activation import new_scale
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.fatigue import Fatigue
from buzzband_fw.core.frozen import SIZE_MAX, Frozen
from buzzband_fw.core.modes.tempo import PHASES_MS
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.store.records import FIRST_REP
from buzzband_fw.store.schema import values_of
from recordings.log_builder import LogWriter

BLOCKS = 30
SETTINGS = Settings(50, 300, 12_000, 500, mode="tempo", tempo="2-1-3")


def at_rest() -> tuple[SessionLog, Clip, list[int]]:
    """A session in which nothing happens, a clip from its start, and the phases of its beat in the state."""
    log = read_log(LogWriter().header().activation(1, [0] * BLOCKS).bytes())
    scale = new_scale(SETTINGS.rest, SETTINGS.reference)
    mode = modes.named("tempo")(scale, SETTINGS.target_permille)
    pipeline = Pipeline(1 << 6, 50, SETTINGS.rest, SETTINGS.reference, SETTINGS.target_permille)
    cue = Cue(SETTINGS.rest, SETTINGS.reference, SETTINGS.target_permille, mode=mode)
    cue.fatigue = Fatigue(scale, SETTINGS.target_permille)
    pipeline.follow(cue)
    frozen, state = Frozen(pipeline), [0] * SIZE_MAX
    frozen.save(state)
    samples = np.full(12 * BLOCKS, 8192, np.uint16)
    phases = [at for at in range(frozen.size - 3) if state[at : at + 4] == list(mode.gate[PHASES_MS:])]
    return log, Clip(0, 0, FIRST_REP, samples, tuple(state[: frozen.size])), phases


def test_at_rest_nothing_comes_out_as_nothing_did() -> None:
    log, clip, _ = at_rest()
    assert rerun_clip(log, (), clip, SETTINGS).exact
    assert values_of({})["clips"] == "never"


def test_a_log_that_lacks_activation_proves_nothing() -> None:
    log, clip, _ = at_rest()
    lacking = replace(log, valid=np.zeros_like(log.valid))
    assert not rerun_clip(lacking, (), clip, SETTINGS).exact


@pytest.mark.parametrize("value", [-(1 << 29), 1 << 29, 1 << 7000, 0, -1])
def test_no_state_that_somebody_made_up_raises_or_runs_for_ever(value: int) -> None:
    log, clip, phases = at_rest()
    for at in range(len(clip.state)):
        state = (*clip.state[:at], value, *clip.state[at + 1 :])
        rerun_clip(log, (), replace(clip, samples=clip.samples[:36], state=state), SETTINGS)
    (first,) = phases
    beatless = (*clip.state[:first], 0, 0, 0, 0, *clip.state[first + 4 :])
    assert rerun_clip(log, (), replace(clip, state=beatless), SETTINGS) == NOT_RUN
