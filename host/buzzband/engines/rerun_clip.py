"""A clip of raw EMG once more, from the state that the core had when it began: bit for bit what the band made of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.engines.cpython import new_cue
from buzzband.engines.job import TRACK_STEP_BLOCKS, Settings, kept
from buzzband.engines.rerun import Teller
from buzzband.engines.thawed import restore
from buzzband.recordings.band_log import SessionLog
from buzzband.recordings.clips import Clip
from buzzband.recordings.tellings import Telling
from buzzband_fw.core.activation import new_scale, permille
from buzzband_fw.core.chain import BLOCK_RAW
from buzzband_fw.core.exercises import named
from buzzband_fw.core.modes.tempo import PHASES_MS
from buzzband_fw.core.modes.tempo import Mode as Tempo
from buzzband_fw.core.pipeline import Pipeline
from buzzband_fw.core.takeover import Takeover

_RING_SAMPLES = 1 << 6  # the smallest power of two that holds a block
_NUMBER_MAX = 1 << 29  # of what the band packs: store/samples.py
_LOG_STEP = TRACK_STEP_BLOCKS


@dataclass(frozen=True)
class ClipRun:
    """What the core makes of a clip, and whether activation, flags and words are those of the log, every one.

    ``cues``: (block, word), as in ``Track``.
    """

    activation: bool
    flags: bool
    words: bool
    cues: tuple[tuple[int, int], ...] = ()

    @property
    def exact(self) -> bool:
        """Return whether all of it is."""
        return self.activation and self.flags and self.words


NOT_RUN = ClipRun(False, False, False)


def rerun_clip(
    log: SessionLog, told: Iterable[Telling], clip: Clip, settings: Settings, leak_permille: int = 0
) -> ClipRun:
    """Run a clip of a session. ``told``, ``settings``, ``leak_permille``: those of the session.

    With a state that is not of this version's core nothing is run, and nothing is as it was.
    """
    pipeline = _pipeline(settings, leak_permille)
    try:
        _restore(pipeline, clip.state)
        blocks = tuple(_blocks(pipeline, told, clip, settings))
    except (ArithmeticError, LookupError, ValueError):
        return NOT_RUN
    return _compared(log, clip, blocks)


def _restore(pipeline: Pipeline, state: Sequence[int]) -> None:
    """Let the core stand as it did. Raises ValueError for a state in which it cannot have stood."""
    if any(abs(value) > _NUMBER_MAX for value in state):
        raise ValueError("a number that no core holds")
    mode = pipeline.cue.mode
    phases_ms = tuple(mode.gate[PHASES_MS:]) if isinstance(mode, Tempo) else ()
    restore(pipeline, state)
    if phases_ms and tuple(mode.gate[PHASES_MS:]) != phases_ms:
        raise ValueError("a beat that is not that of the settings, and may never end")


def _pipeline(settings: Settings, leak_permille: int) -> Pipeline:
    pipeline = Pipeline(_RING_SAMPLES, settings.mains_hz, settings.rest, settings.reference, settings.target_permille)
    cue = new_cue(settings, leak_permille)
    if settings.other_muscle:
        cue.takeover = Takeover()
    pipeline.follow(cue)
    return pipeline


def _blocks(
    pipeline: Pipeline, told: Iterable[Telling], clip: Clip, settings: Settings
) -> Iterator[tuple[int, int, int]]:
    """Yield activation, flags and word after each block."""
    scale = new_scale(settings.rest, settings.reference)
    first = clip.first_block
    teller = Teller(pipeline.cue, named(settings.exercise), (one for one in told if one.block >= first - 1))
    for block, raw in zip(clip.blocks, clip.codes.reshape(-1, BLOCK_RAW).tolist(), strict=True):
        teller.tell(block)
        word = pipeline.process(raw, 0)
        yield permille(pipeline.envelope, scale), pipeline.cue.flags, word


def _compared(log: SessionLog, clip: Clip, blocks: tuple[tuple[int, int, int], ...]) -> ClipRun:
    first, end = clip.first_block, clip.blocks.stop
    shown = range(first + (first + 1) % _LOG_STEP, end, _LOG_STEP)  # those after which the log has values
    here = [blocks[block - first] for block in shown]
    there = slice(shown.start // _LOG_STEP, shown.start // _LOG_STEP + len(shown))
    before = int(log.permille[there.start - 1]) if there.start else 0
    found = kept(np.array([value for value, _, _ in here], np.int32), before)
    cues = tuple((first + n, word) for n, (_, _, word) in enumerate(blocks) if word)
    return ClipRun(
        activation=bool(log.valid[there].all()) and np.array_equal(found, log.permille[there]),
        flags=np.array_equal([flags for _, flags, _ in here], log.flags[there]),
        words=cues == tuple((cue.block, cue.word) for cue in log.cues if first <= cue.block < end),
        cues=cues,
    )
