"""The whole app gives what the core gives, whatever runs it: recorded by the app, pulled over the link, read."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from buzzband.engines import ENGINES
from buzzband.engines.cpython import CPython
from buzzband.engines.job import Track
from buzzband.engines.recorded import Recorded
from buzzband.engines.whole_app import on_cpython, on_micropython
from buzzband.errors import EngineFailed
from buzzband.recordings.band_log import read_log

Play = Callable[..., Recorded]


def assert_same(found: Track, expected: Track) -> None:
    np.testing.assert_array_equal(found.permille, expected.permille)
    np.testing.assert_array_equal(found.flags, expected.flags)
    assert found.cues == expected.cues
    assert {name for _, name, _ in found.faults} <= {"imu_absent"}


@pytest.mark.real_data
@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("play", [on_cpython, on_micropython])
@pytest.mark.parametrize("name", ["fatigue", "thumb"])
def test_a_real_recording_has_the_same_log(recording, play: Play, name: str) -> None:
    take = recording.example(name, target_percent=40)
    codes = take.codes[: 30 * 4800]
    expected = CPython().run(codes, take.core)
    assert len(expected.cues) > 5
    assert_same(play(codes, take.core).track(len(codes) // 48), expected)


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("name", ["cpython", "micropython"])
def test_a_last_block_that_is_not_whole_is_left_out(recording, name: str) -> None:
    take = recording.contractions(1)
    codes = take.codes[: 200 * 48 + 47]
    assert_same(ENGINES[name]().run(codes, take.core), CPython().run(codes[: 200 * 48], take.core))


@pytest.mark.pico(2.1)
def test_the_emulated_pico_has_the_same_log_and_progress_goes_from_0_to_1(recording) -> None:
    take = recording.contractions(1, on_s=0.6, off_s=0.5)
    codes = take.codes[: 80 * 48]
    shares: list[float] = []
    assert_same(ENGINES["pico"]().run(codes, take.core, shares.append), CPython().run(codes, take.core))
    assert shares == sorted(shares)
    assert (shares[0] < 0.2, shares[-1]) == (True, 1.0)


def test_a_log_that_is_not_whole_is_refused(recording) -> None:
    take = recording.contractions(1)
    recorded = on_cpython(take.codes[: 200 * 48], take.core)
    with pytest.raises(EngineFailed, match="not whole"):
        recorded.track(100_000)
    with pytest.raises(EngineFailed, match="not whole"):
        replace(recorded, log=read_log(recorded.data[:-30], recorded.session_id)).track(200)


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("play", [on_cpython, on_micropython])
def test_nobody_is_asked_what_he_felt_so_a_silent_set_in_the_midst_ends_nothing(recording, play: Play) -> None:
    take = recording.contractions(3)
    rest = np.random.default_rng(1).integers(2045, 2052, 10 * 4800, dtype=np.uint16)
    codes = np.concatenate((take.codes, rest, take.codes))
    core = replace(take.core, mode="silent")
    assert_same(play(codes, core).track(len(codes) // 48), CPython().run(codes, core))
