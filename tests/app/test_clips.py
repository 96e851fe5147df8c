"""Clips of raw EMG: which the app keeps, when it writes them, and that the core makes of them what it made then."""

from typing import Any

import numpy as np
import pytest

from app.bench import contractions, logs, only_log, rest, settings
from app.lifter import lifter
from app.writing_apart import writing_apart
from builders import Raw
from buzzband.engines.band import VirtualBand
from buzzband.engines.micropython_band import MicroPythonBand
from buzzband.engines.rerun_clip import ClipRun, rerun_clip
from buzzband.recordings.band_log import SessionLog, read_log
from buzzband.recordings.clips import Clip
from buzzband.recordings.tellings import tellings
from buzzband.services.options import Options
from buzzband.services.replay import settings_of
from buzzband.twin import Mpu6050Model
from buzzband_fw.core import quality, words
from session_files import session_files

RAW_PER_S = 4800
LENGTH_BLOCKS = 320  # of a whole clip
REST_S = 12
EXACT = (True, True, True)
MODES: tuple[dict[str, Any], ...] = (
    {},
    {"mode": "below", "target_permille": 1200},
    {"mode": "hold", "hold_s": 1},
    {"mode": "tempo", "tempo": "1-0-1"},
    {"mode": "faded", "fatigue": True},
    {"mode": "silent"},
)


def curls(sets: int = 1, clips: str = "first-rep", **changes: Any) -> dict[str, Any]:
    """What a band needs for sets of four curls."""
    who = lifter(reps=4, sets=sets, lead_out_s=REST_S)
    chosen = {**who.settings.as_dict(), "clips": clips, "ask_felt": False, **changes}
    return {"codes": who.raw, "settings": chosen, "imu": Mpu6050Model(who.frames.ravel())}


def worn(**options: Any) -> bytes:
    """What a band logs of a recording, from beginning to end."""
    with VirtualBand(**options) as virtual:
        virtual.play()
        (data,) = session_files(virtual.files()).values()
    return data


def runs(data: bytes) -> tuple[SessionLog, list[tuple[Clip, ClipRun]]]:
    """The clips of a session, and what the core makes of them."""
    log = read_log(data)
    told, chosen = tellings(data, log.session_id), Options().settings(settings_of(log))
    clips, torn = log.clips()
    assert torn == 0
    return log, [(clip, rerun_clip(log, told, clip, chosen)) for clip in clips]


def exact(run: ClipRun) -> tuple[bool, bool, bool]:
    return run.activation, run.flags, run.words


def railed(at_s: float, length_s: float = 2.0, seconds: float = 20.0, works: bool = True) -> Raw:
    """Contractions, or rest, in which the signal stands at a rail for a while."""
    raw = np.resize(contractions(6) if works else rest(6), round(seconds * RAW_PER_S)).copy()
    raw[round(at_s * RAW_PER_S) : round((at_s + length_s) * RAW_PER_S)] = 4095
    return raw


def test_unless_they_are_asked_for_nothing_of_clips_is_loaded() -> None:
    with VirtualBand(**curls(clips="never")) as virtual:
        virtual.play()
        assert not [name for name in virtual.modules if name.split(".")[-1] in ("clips", "frozen", "samples")]
        assert virtual.app.band.clips is None
        assert only_log(virtual).clips() == ((), 0)


@pytest.mark.parametrize("changes", MODES, ids=str)
def test_in_every_mode_a_clip_comes_out_bit_for_bit(changes: dict[str, Any]) -> None:
    log, ((clip, run),) = runs(worn(**curls(**changes), erase_ms=45))
    assert exact(run) == EXACT
    assert (clip.reason, len(clip.blocks)) == ("first rep", LENGTH_BLOCKS)
    assert log.lifting.reps[0].start_block < clip.blocks.stop
    assert (log.missing, log.damaged, log.faults) == ((), 0, ())


def test_there_is_one_of_the_first_rep_of_each_set() -> None:
    log, found = runs(worn(**curls(sets=2)))
    assert [exact(run) for _, run in found] == [EXACT] * 2
    firsts = [rep for rep in log.lifting.counted() if rep.number == 0]
    for (clip, _), rep in zip(found, firsts, strict=True):
        length = (rep.concentric_ms + rep.hold_ms + rep.eccentric_ms) // 10
        assert clip.first_block < rep.start_block + length <= clip.blocks.stop
    assert [clip.number for clip, _ in found] == [0, 1]


@pytest.mark.parametrize("clips", ["faults", "both"])
def test_there_is_one_of_a_fault_that_begins_with_what_came_before_it(clips: str) -> None:
    log, ((clip, run),) = runs(worn(codes=railed(8.0, works=clips == "faults"), settings=settings(clips=clips)))
    assert (clip.reason, exact(run)) == ("fault", EXACT)
    up = 2 * int(np.flatnonzero(log.flags & quality.RAIL)[0]) + 1
    assert 100 < up - clip.first_block < 300
    assert clip.samples.max() == 4 * 4095


def test_electrodes_that_come_off_again_and_again_do_not_fill_the_flash() -> None:
    raw = np.concatenate([railed(8.0), railed(8.0), railed(8.0)])
    _, found = runs(worn(codes=raw, settings=settings(clips="faults")))
    assert len(found) == 1


def test_a_word_in_a_clip_comes_in_its_block() -> None:
    log, ((clip, run),) = runs(worn(**curls()))
    assert [word for _, word in run.cues] == [words.ON_TARGET]
    assert set(run.cues) < {(cue.block, cue.word) for cue in log.cues}
    assert clip.first_block < run.cues[0][0] < clip.blocks.stop


def test_a_clip_of_another_raw_signal_would_not_come_out() -> None:
    data = worn(**curls())
    log = read_log(data)
    ((clip,), _) = log.clips()
    told, chosen = tellings(data, log.session_id), Options().settings(settings_of(log))
    shifted = Clip(0, clip.first_block, clip.why, np.roll(clip.samples, 24), clip.state)
    assert not rerun_clip(log, told, shifted, chosen).exact
    later = Clip(0, clip.first_block + 2, clip.why, clip.samples[24:], clip.state)
    assert not rerun_clip(log, told, later, chosen).exact
    stateless = Clip(0, clip.first_block, clip.why, clip.samples, clip.state[:-1])
    assert exact(rerun_clip(log, told, stateless, chosen)) == (False, False, False)


def test_flash_is_written_only_while_no_cue_can_be_due() -> None:
    moments: list[tuple[int, bool]] = []
    with VirtualBand(**curls(sets=2), erase_ms=45) as virtual:
        virtual.run_for(1)
        recorder, band = virtual.app.band.recorder, virtual.app.band
        keep = recorder.keep_alone

        def keeping(*given: Any) -> None:
            moments.append((virtual.app.muscle.clear_ms(), band.is_speaking()))
            keep(*given)

        recorder.keep_alone = keeping
        virtual.run_until(lambda: virtual.world.converter.fed >= len(virtual.world.converter.codes), 100)
    assert len(moments) > 5
    assert all(clear_ms >= 100 and not speaks for clear_ms, speaks in moments)


def test_cues_come_when_they_would_come_without_clips() -> None:
    found = []
    for clips in ("never", "both"):
        with VirtualBand(**curls(clips=clips), erase_ms=45) as virtual:
            virtual.play()
            found.append([cue.block for cue in only_log(virtual).cues])
    assert found[0] == found[1]


def test_a_stall_of_an_erase_takes_nothing_from_a_clip() -> None:
    whole = {**curls(), "script": [(8.0, "stall", 400), (8.8, "stall", 400)]}
    _, ((clip, run),) = runs(worn(**whole))
    assert exact(run) == EXACT
    assert len(clip.blocks) == LENGTH_BLOCKS


@pytest.mark.parametrize("at_s", np.arange(7.0, 10.0, 0.5).tolist())
def test_where_samples_were_lost_no_clip_goes_on(at_s: float) -> None:
    data = worn(**{**curls(sets=2), "script": [(at_s, "stall", 3900)]})
    log = read_log(data)
    lost = next(fault for fault in log.faults if fault.name == "overrun")
    clips, torn = log.clips()
    assert torn <= 1
    assert clips
    for clip in clips:
        assert clip.blocks.stop <= lost.block - lost.value + 1 or clip.first_block >= lost.block
    told, chosen = tellings(data, log.session_id), Options().settings(settings_of(log))
    assert all(rerun_clip(log, told, clip, chosen).activation for clip in clips)


def test_while_flash_is_short_none_is_kept() -> None:
    log, found = runs(worn(**curls(), free_bytes=32_768 + 100_000))
    assert found == []
    assert log.end is not None


def test_a_session_that_ends_in_a_clip_ends_it() -> None:
    with VirtualBand(**curls()) as virtual:
        virtual.run_for(1)
        virtual.run_until(lambda: virtual.app.band.clips._until, 30)
        virtual.press()
        (data,) = session_files(virtual.files()).values()
    log, ((clip, run),) = runs(data)
    assert exact(run) == EXACT
    assert 0 < len(clip.blocks) < LENGTH_BLOCKS
    assert clip.blocks.stop <= log.end.blocks


def test_a_clip_that_is_wanted_while_another_is_on_its_way_is_dropped() -> None:
    whole = curls(clips="both")
    with VirtualBand(**whole) as virtual:
        virtual.run_for(1)
        virtual.run_until(lambda: virtual.app.band.clips._until, 30)
        at = virtual.world.converter.fed
        virtual.world.converter.codes[at + RAW_PER_S // 2 : at + 2 * RAW_PER_S] = type(virtual.world.converter.codes)(
            "H", [4095] * (3 * RAW_PER_S // 2)
        )
        virtual.play()
        (data,) = session_files(virtual.files()).values()
    log, found = runs(data)
    assert (log.flags & quality.RAIL).any()
    assert [clip.reason for clip, _ in found] == ["first rep"]


def test_after_a_power_cut_half_a_clip_is_left_out_and_all_else_is_there() -> None:
    with VirtualBand(**curls()) as virtual:
        virtual.run_for(1)
        virtual.run_until(lambda: virtual.app.band.clips._written >= 3, 40)
        virtual.power_cut()
        virtual.power_on()
        virtual.run_for(1)
        found = logs(virtual)[0]
    assert found.clips() == ((), 1)
    assert (found.damaged, found.missing) == (0, ())
    assert found.valid.all()


def test_of_two_muscles_the_clip_is_of_the_first() -> None:
    whole = curls(other_muscle=True, other_rest=300, other_reference=12_000)
    log, ((_, run),) = runs(worn(**whole, other=np.full(len(whole["codes"]), 2048)))
    assert exact(run) == EXACT
    assert log.faults == ()


def test_the_clips_of_later_sessions_are_their_own() -> None:
    with VirtualBand(**curls(sets=2)) as virtual:
        virtual.run_for(1)
        virtual.run_until(lambda: virtual.app.band.clips._number == 1, 60)
        virtual.run_for(3)
        virtual.press()
        virtual.press()
        virtual.play()
        found = session_files(virtual.files()).values()
    for data in found:
        _, of_session = runs(data)
        assert [exact(run) for _, run in of_session] == [EXACT] * len(of_session)
    assert len(found) == 2


@pytest.mark.usefixtures("micropython_port")
def test_on_micropython_a_clip_is_the_same_and_no_turn_allocates() -> None:
    expected = read_log(worn(**curls()))
    with MicroPythonBand(**curls(), heap_locked_s=(3.0, 25.0), sources=writing_apart()) as other:
        other.play()
        (data,) = session_files(other.files()).values()
        assert other.locked_s >= 20
    _, ((clip, run),) = runs(data)
    ((here,), _) = expected.clips()
    assert exact(run) == EXACT
    assert (clip.first_block, clip.state) == (here.first_block, here.state)
    np.testing.assert_array_equal(clip.samples, here.samples)
