"""What each cue mode says in whole sets: the right words, and no wrong ones. ``pytest -rP`` shows the figures."""

import functools
import itertools
from dataclasses import replace

import numpy as np
import pytest

from builders import calibrated, codes, from_itself, muscle, tell, turning
from buzzband.engines.cpython import condition, decide
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.catalogue import EXAMPLES
from buzzband.recordings.frames import frames_of
from buzzband_fw.core import modes, words
from buzzband_fw.core.modes.tempo import phases_ms
from promises.lifters import own_scale, settings_from, squeezed
from promises.test_real_recordings import CONTRACTIONS, conditioned

PRESETS = [
    (synth.CURL, "curl"),
    (synth.CURL, "custom"),
    (synth.CURL, "explosive"),
    (synth.PULLDOWN, "pulldown"),
    (synth.PUSH_UP, "push-up"),
    (synth.RAISE, "raise"),
    (synth.SQUAT, "squat"),
    (synth.SQUAT, "romanian-deadlift"),
    (synth.SQUAT, "good-morning"),
    (synth.SQUAT, "hinge"),
]
PRESET = pytest.mark.parametrize("preset", PRESETS, ids=[f"{name}" for _, name in PRESETS])
SETS = 2
FIRST_SEED = 10_000
BEAT_OFF_S = {"curl": 0.7}  # a strict curl hardly turns the upper arm; elsewhere
BEAT_OFF_USUAL_S = 0.35
TILT_IS_EARLY = "gravity along one axis stands still before the arm does, and no angle is regular enough to time it"
BEAT_SETS = 12  # the first six of a pulldown happen to be near enough
IDLE_S = 300
IDLE_SEEDS = (7, 8)  # on none of which the rules were made
WRONG_A_MINUTE = 0.25


@functools.cache
def worn(preset, sets=SETS):
    """Return, of some sets: what the electrodes gave, the movement, the settings, and the truth."""
    exercise, name = preset
    found = []
    for made in synth.lifted_sets(sets, FIRST_SEED, exercise=exercise):
        gain, settings = own_scale(made.recording)
        raw = digitise(made.recording.channels[0], gain).raw
        frames, _ = frames_of(made.recording)
        found.append((condition(raw, settings.mains_hz), replace(settings, exercise=name), frames, made.truth))
    return found


def said(blocks):
    """Return (s, word) of what was said and of what was withheld."""
    at = [(float(block + 1) / 100, int(blocks.word[block])) for block in np.flatnonzero(blocks.word)]
    return [(t_s, word) for t_s, word in at if not word & words.WITHHELD], [
        (t_s, word & ~words.WITHHELD) for t_s, word in at if word & words.WITHHELD
    ]


def played(preset, sets=SETS, **changes):
    """Yield of each set what was said, what was withheld, what was counted, and the truth."""
    for conditions, settings, frames, truth in worn(preset, sets):
        blocks = decide(conditions, replace(settings, **changes), frames)
        yield (*said(blocks), blocks.lifting, truth)


def only(marks, word):
    return [t_s for t_s, each in marks if each == word]


@PRESET
def test_reach_buzzes_once_a_rep_and_at_the_end(preset):
    missed = extra = total = ends = 0
    for spoken, withheld, lifting, truth in played(preset, mode="reach"):
        times = only(spoken, words.ON_TARGET)
        in_each = [sum(rep.start_s - 0.3 <= t_s <= rep.end_s + 0.2 for t_s in times) for rep in truth.reps]
        missed += sum(count == 0 for count in in_each)
        extra += sum(count > 1 for count in in_each)
        total += len(in_each)
        ends += len(only(spoken, words.DONE)) == bool(lifting.counted_sets())
        assert withheld == []
    tell(f"reach, {preset[1]}: {missed} missed, {extra} twice, of {total} reps")
    assert extra == 0
    assert missed <= 0.02 * total
    assert ends == SETS


@PRESET
def test_below_is_silent_where_reps_are_good_and_speaks_where_they_are_not(preset):
    told = {"good": 0, "short": 0}
    reps = spoken_early = 0
    for kind, target in (("good", 250), ("short", 1600)):
        for spoken, _, _, truth in played(preset, mode="below", target_permille=target):
            told[kind] += len(only(spoken, words.FELL_SHORT))
            spoken_early += any(t_s < truth.reps[0].start_s for t_s, word in spoken if word == words.FELL_SHORT)
            reps += len(truth.reps) if kind == "short" else 0
    tell(f"below, {preset[1]}: {told['good']} of {reps} good reps found short, {told['short']} of as many short ones")
    assert told["good"] <= 0.03 * reps
    assert spoken_early == 0


@pytest.mark.parametrize(
    "preset",
    [
        pytest.param(preset, id=preset[1], marks=[pytest.mark.xfail(reason=TILT_IS_EARLY)] * (preset[1] == "pulldown"))
        for preset in (PRESETS[0], *PRESETS[3:7])
    ],
)
def test_tempo_beats_as_it_should_from_a_top_on(preset):
    off_s = []
    for spoken, _, _, truth in played(preset, BEAT_SETS, mode="tempo", tempo="2-1-3"):
        beats = [round(100 * t_s) for t_s in only(spoken, words.ON_TARGET)]
        gaps = np.diff(beats)
        assert set(gaps.tolist()) <= {100, 200, 300}
        pauses = [beat for beat, gap in zip(beats, gaps.tolist(), strict=False) if gap == 100]
        assert len({beat % 600 for beat in pauses}) == 1
        lowers_first = preset[0] in (synth.SQUAT, synth.PUSH_UP)
        tops = [rep.end_s if lowers_first else rep.peak_s for rep in truth.reps]
        last_s = max(top_s for top_s in tops if top_s < beats[0] / 100)
        off_s.append((pauses[0] / 100 - last_s + 3) % 6 - 3)
    tell(f"tempo, {preset[1]}: the beat is off the top that it goes by by {np.round(off_s, 2)} s")
    assert np.median(np.abs(off_s)) <= BEAT_OFF_S.get(preset[1], BEAT_OFF_USUAL_S)


@PRESET
def test_silent_says_nothing_but_the_share_of_reps_on_target(preset):
    for spoken, withheld, lifting, truth in played(preset, mode="silent"):
        assert [word for _, word in spoken] == [words.COUNT + 4] * bool(lifting.counted_sets())
        assert len(only(withheld, words.ON_TARGET)) == pytest.approx(len(truth.reps), abs=1)


@PRESET
def test_a_heavy_load_leaves_what_is_not_about_the_muscle(preset):
    for mode in ("reach", "below"):
        light = list(played(preset, mode=mode))
        heavy = list(played(preset, mode=mode, load_kg=80, one_rm_kg=100))
        for (spoken, _, _, _), (left, withheld, _, _) in zip(light, heavy, strict=True):
            about = (words.ON_TARGET, words.FELL_SHORT)
            assert left == [mark for mark in spoken if mark[1] not in about]
            assert withheld == [mark for mark in spoken if mark[1] in about]


@pytest.mark.parametrize("preset", [PRESETS[0], PRESETS[6]], ids=["curl", "squat"])
@pytest.mark.parametrize("mode", modes.NAMES)
def test_the_reps_are_those_of_a_set_with_buzzes(preset, mode):
    """The mode changes what is said, not what is counted."""
    kept = [len(lifting.counted()) for _, _, lifting, _ in played(preset, mode=mode)]
    plain = [len(lifting.counted()) for _, _, lifting, _ in played(preset, mode="reach")]
    assert np.abs(np.subtract(kept, plain)).max() <= 1


def test_faded_sets_of_a_session_say_less_and_less():
    conditions, settings, frames, truth = worn(PRESETS[0])[1]
    whole = replace(
        conditions,
        rectified=np.tile(conditions.rectified, (4, 1)),
        envelope=np.tile(conditions.envelope, 4),
        counts=np.tile(conditions.counts, (4, 1)),
    )
    length_s = len(conditions.rectified) / 100
    spoken, withheld = said(decide(whole, replace(settings, mode="faded"), None))
    shares = [
        sum(index * length_s <= t_s < (index + 1) * length_s for t_s in only(spoken, words.ON_TARGET))
        for index in range(4)
    ]
    reps = len(truth.reps)
    tell(f"faded: {shares} of {reps} reps in four sets, {len(withheld)} withheld")
    assert shares == pytest.approx([reps, reps / 2, reps / 3, 0], abs=1.1)
    assert frames is not None


def test_hold_ticks_through_an_effort_that_fluctuates_and_ends_at_the_goal():
    hold = synth.join(
        synth.constant(synth.REST, 3),
        synth.hold(0.7, 15, np.random.default_rng(4), fluctuation=0.1),
        synth.constant(synth.REST, 3),
    )
    blocks = decide(condition(codes(muscle(hold, seed=5)), 50), replace(calibrated(50), mode="hold", hold_s=10))
    spoken, _ = said(blocks)
    times = [t_s for t_s, _ in spoken]
    assert [word for _, word in spoken] == [words.ON_TARGET] * 10 + [words.DONE]
    assert np.diff(times) == pytest.approx(1, abs=0.2)
    assert times[-1] - times[0] == pytest.approx(10, abs=0.3)


def test_steady_is_silent_where_nothing_moves():
    gain, scale = squeezed(3)
    ride = synth.build(synth.Session((), squeezes=synth.Squeezes()), 3)
    raw = digitise(ride.recording.channels[0], gain).raw
    blocks = decide(
        condition(raw, 50), replace(settings_from(scale, "bike"), mode="steady"), frames_of(ride.recording)[0]
    )
    assert said(blocks)[0] == []


@pytest.mark.parametrize("off_s", [2, 5, 9])
def test_steady_says_again_and_again_that_the_muscle_is_off_while_the_pedals_go_on(off_s):
    course = synth.join(
        synth.contractions([0.8] * 27, on_s=0.4, off_s=0.35, rise_s=0.1), synth.constant(synth.REST, 40)
    )
    raw = codes(muscle(course, seed=2))
    seconds = np.arange(0, 52, 0.01)
    degrees = 20 * (1 - np.cos(2 * np.pi * seconds * 80 / 60))
    degrees = np.concatenate((degrees, np.full(raw.size // 48 - degrees.size, degrees[-1])))
    settings = replace(calibrated(50), exercise="bike", steady_off_s=off_s)
    spoken, _ = said(decide(condition(raw, 50), settings, turning(degrees)))
    assert [word for _, word in spoken][-1] == words.DONE
    assert spoken[-1][0] == pytest.approx(60, abs=2), "the ride ends 8 s after the last turn of the pedals"
    assert {word for _, word in spoken[:-1]} == {words.FELL_SHORT}
    times = [t_s for t_s, _ in spoken[:-1]]
    assert times[0] == pytest.approx(20.3 + off_s, abs=0.5)
    assert np.diff(times) == pytest.approx(off_s, abs=0.05)
    assert len(times) >= (55 - 20.3 - off_s) // off_s


def test_between_sets_hardly_anything_is_said():
    gain, scale = squeezed(3)
    wrong = dict.fromkeys(modes.NAMES, 0)
    lives = list(itertools.product((synth.UPPER_ARM, synth.FOREARM), IDLE_SEEDS))
    for placement, seed in lives:
        made = synth.build(synth.idle_session(IDLE_S, placement), seed)
        conditions = condition(digitise(made.recording.channels[0], gain).raw, 50)
        for mode in modes.NAMES:
            settings = replace(settings_from(scale, "curl"), mode=mode)
            spoken, _ = said(decide(conditions, settings, frames_of(made.recording)[0]))
            of_reps = (words.FELL_SHORT, words.TOO_FAST, words.DONE, *range(words.COUNT + 1, words.COUNT + 5))
            wrong[mode] += sum(word in of_reps or mode == "tempo" for _, word in spoken)
    rates = {mode: round(count / (IDLE_S * len(lives)) * 60, 2) for mode, count in wrong.items()}
    tell(f"words about reps that were none, a minute of life in the gym: {rates}")
    assert max(rates.values()) <= WRONG_A_MINUTE


@pytest.mark.real_data
@pytest.mark.parametrize("name", sorted(entry.name for entry in EXAMPLES))
def test_on_real_muscles_silent_withholds_what_reach_says(name):
    settings = from_itself(conditioned(name), 50)
    spoken, _ = said(decide(conditioned(name), replace(settings, mode="reach")))
    left, withheld = said(decide(conditioned(name), replace(settings, mode="silent")))
    assert only(withheld, words.ON_TARGET) == only(spoken, words.ON_TARGET)
    assert not [word for _, word in left if word in (words.ON_TARGET, words.FELL_SHORT)]


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["bursts", "fatigue", "taps"])
def test_on_real_muscles_below_is_silent_at_a_target_that_all_reach(name):
    blocks = decide(conditioned(name), replace(from_itself(conditioned(name), 30), mode="below"))
    spoken, _ = said(blocks)
    tell(
        f"below, {name}: {len(only(spoken, words.FELL_SHORT))} of {CONTRACTIONS[name]} contractions found short of 30 %"
    )
    assert len(only(spoken, words.FELL_SHORT)) <= 1


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["bursts", "fatigue", "taps"])
def test_on_real_muscles_below_finds_the_contractions_that_stay_short(name):
    blocks = decide(conditioned(name), replace(from_itself(conditioned(name), 150), mode="below"))
    spoken, _ = said(blocks)
    found = len(only(spoken, words.FELL_SHORT))
    tell(f"below, {name}: {found} of {CONTRACTIONS[name]} contractions found short of 150 %")
    assert found <= CONTRACTIONS[name]


@pytest.mark.real_data
def test_on_a_real_muscle_that_tires_the_target_rises_with_it():
    settings = from_itself(conditioned("fatigue"), 50)
    plain, scaled = (
        only(said(decide(conditioned("fatigue"), replace(settings, mode="reach", fatigue=fatigue)))[0], words.ON_TARGET)
        for fatigue in (False, True)
    )
    later = np.subtract(scaled, plain)
    tell(f"fatigue: the last cues come {later[-5:].round(2)} s later where the target rises")
    assert len(scaled) == len(plain) == CONTRACTIONS["fatigue"]
    assert later[:3].tolist() == [0, 0, 0]
    assert later[-10:].mean() > 0


@pytest.mark.real_data
@pytest.mark.parametrize("tempo", ["2-1-3", "2-0-2"])
def test_on_a_real_muscle_the_beat_does_not_drift(tempo):
    blocks = decide(conditioned("fatigue"), replace(from_itself(conditioned("fatigue"), 50), mode="tempo", tempo=tempo))
    beats = [round(100 * t_s) for t_s in only(said(blocks)[0], words.ON_TARGET)]
    cycle = sum(phases_ms(tempo)) // 10
    per_cycle = sum(ms > 0 for ms in phases_ms(tempo))
    assert len(beats) > 40
    assert {later - one for one, later in zip(beats, beats[per_cycle:], strict=False)} == {cycle}
