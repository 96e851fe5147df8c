import numpy as np
import pytest

from builders import blocks_of, calibrated, codes, decided, muscle
from buzzband.engines.cpython import condition, decide
from buzzband.recordings import synth
from buzzband_fw.core.chain import COUNTS, Chain
from buzzband_fw.core.cue import Cue
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.quality import RAIL, WINDOW_BLOCKS
from buzzband_fw.core.words import ON_TARGET


def two_contractions(seed=1):
    return codes(muscle(synth.contractions((0.8, 0.9), on_s=1.0, off_s=1.0), seed))


def piped(raw, settings):
    """Envelope, gated envelope, flags and word after each block."""
    pipeline = Pipeline(64, settings.mains_hz, settings.rest, settings.reference, settings.target_permille)
    told = []
    for block in blocks_of(raw):
        word = pipeline.process(block, 0)
        told.append((pipeline.envelope, pipeline.cue.gated, pipeline.cue.flags, word))
    return np.array(told)


def test_one_word_for_each_contraction():
    words = piped(two_contractions(), calibrated(50))[:, 3]
    assert words[words > 0].tolist() == [ON_TARGET] * 2


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_is_a_chain_and_a_cue_in_step_with_their_quality(mains_hz):
    settings = calibrated(50, mains_hz=mains_hz)
    raw = two_contractions()
    raw[9600:14400] = 4095  # a rail for a second
    chain, counts = Chain(64, mains_hz), [0] * COUNTS
    cue = Cue(settings.rest, settings.reference, settings.target_permille)
    told = []
    for index, block in enumerate(blocks_of(raw), start=1):
        envelope = chain.condition(block, 0, 12)
        word = cue.step(chain.block, 0)
        if index % WINDOW_BLOCKS == 0:
            chain.drain(counts)
            cue.judge(counts)
        told.append((envelope, cue.gated, cue.flags, word))
    assert np.array_equal(piped(raw, settings), told)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_says_the_same_as_the_engine_that_conditions_first(mains_hz):
    settings = calibrated(50, mains_hz=mains_hz)
    raw = two_contractions()
    engine = decided(raw, settings)
    told = piped(raw, settings)
    assert np.array_equal(told.T, (engine.envelope, engine.gated, engine.flags, engine.word))


def test_a_rail_shows_at_the_end_of_its_quarter_of_a_second():
    raw = two_contractions()
    raw[4800:4900] = 0
    flags = piped(raw, calibrated(50))[:, 2] & RAIL
    assert np.flatnonzero(flags)[0] == 5 * WINDOW_BLOCKS - 1


def test_the_target_is_on_the_wearers_scale():
    raw = two_contractions()
    conditioned = condition(raw, 50)
    full = calibrated(50)
    for percent, words in ((20, 2), (60, 2), (150, 0)):
        settings = calibrated(percent)
        assert (settings.rest, settings.reference) == (full.rest, full.reference)
        assert np.count_nonzero(decide(conditioned, settings).word) == words


def test_before_the_first_block_nothing_is_felt_and_nothing_was_counted():
    pipeline = Pipeline(64, 50, 0, 16_000, 500)
    assert (pipeline.envelope, pipeline.window, pipeline.counts) == (0, 0, [0] * COUNTS)
