"""How near a replayed session comes to the band's: docs/replay.md has the figures of many more."""

import functools
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
import pytest

from builders import tell
from buzzband.engines.rerun import rerun
from buzzband.engines.whole_app import on_cpython
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.frames import frames_of
from buzzband.recordings.tellings import tellings
from buzzband.testing import Recordings
from buzzband_fw.core import words
from buzzband_fw.core.chain import RAW_RATE_HZ
from promises.lifters import own_scale

SETS = 3
MOTOR_LEAK = 0.2  # RMS of the motor's vibration in the EMG, as a share of full effort
NEARLY = 0.9  # what the target saw is not in the log: it is restored from what two other averages have kept of it
SHAKEN = 0.75  # the motor shook the electrodes just below this target, in what would have been silence
NEAR_BLOCKS = 1
LOST_BLOCKS = 75


@dataclass(frozen=True)
class Near:
    """How many words of a kind there were, how many came again within 10 ms and how many not at all."""

    words: int
    near: int
    lost: int


def compared(then: Sequence[int], now: Sequence[int]) -> Near:
    apart = [min((abs(block - one) for one in now), default=LOST_BLOCKS) for block in then]
    return Near(len(then), sum(one <= NEAR_BLOCKS for one in apart), sum(one >= LOST_BLOCKS for one in apart))


@functools.cache
def lifted(index: int, **changes):
    """The session of a set of curls at 50 %, or with other settings, with its IMU and the motor's vibration."""
    *_, made = synth.lifted_sets(index + 1, seed=7)
    gain, settings = own_scale(made.recording)
    motor = synth.Motor(RAW_RATE_HZ, amplitude=MOTOR_LEAK * synth.FULL_EFFORT_MV * gain)
    codes, (frames, _) = digitise(made.recording.channels[0], gain).raw, frames_of(made.recording)
    chosen = replace(settings, **changes)
    return chosen, on_cpython(codes, chosen, motor, frames=frames)


@functools.cache
def example(name: str, target: int):
    """The session of a real recording."""
    take = Recordings().example(name)
    chosen = replace(take.core, target_permille=target)
    return chosen, on_cpython(take.codes, chosen)


def on_target(cues) -> list[int]:
    return [block for block, word in cues if word & words.WORD_MASK == words.ON_TARGET]


def replayed(session, wished) -> Near:
    """What becomes of a session with the settings of another, beside that other one."""
    (then, recorded), (now, other) = session, wished
    again = rerun(recorded.log, tellings(recorded.data, recorded.session_id), then, now).cues
    return compared(on_target((cue.block, cue.word) for cue in other.log.cues), on_target(again))


@pytest.mark.parametrize(
    ("wished", "share"),
    [({}, NEARLY), ({"target_permille": 300}, NEARLY), ({"target_permille": 700}, SHAKEN), ({"mode": "faded"}, NEARLY)],
    ids=str,
)
def test_the_target_is_reached_within_a_block_of_the_band_s(wished: dict[str, object], share: float) -> None:
    found = [astuple(replayed(lifted(index), lifted(index, **wished))) for index in range(SETS)]
    total = Near(*np.sum(found, axis=0).tolist())
    tell(f"{wished or 'as it was'}: {total.near} of {total.words} within 10 ms, {total.lost} lost")
    assert total.near >= share * total.words
    assert total.lost == 0


@pytest.mark.parametrize(
    "changes", [{"mode": "tempo", "tempo": "1-0-1"}, {"mode": "below", "target_permille": 1600}], ids=str
)
def test_beats_and_words_for_what_fell_short_come_with_the_band_s_block(changes: dict[str, object]) -> None:
    for index in range(SETS):
        settings, recorded = lifted(index, **changes)
        again = rerun(recorded.log, tellings(recorded.data, recorded.session_id), settings, settings).cues
        assert again == tuple((cue.block, cue.word) for cue in recorded.log.cues)
        assert len(again) > 3


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["bursts", "taps", "thumb"])
@pytest.mark.parametrize("target", [300, 500])
def test_so_it_is_in_real_recordings(name: str, target: int) -> None:
    total = replayed(example(name, 500), example(name, target))
    tell(f"{name} at {target}: {total.near} of {total.words} within 10 ms, {total.lost} lost")
    assert total.near >= total.words - 1
    assert total.lost == 0
