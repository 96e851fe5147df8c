"""From a recording to an outcome."""

from pathlib import Path

import numpy as np
import pytest

from buzzband import engines
from buzzband.errors import BadRate, BadSamples, NoSuchChannel, OutputFailed, RecordingNotFound, TooShort
from buzzband.outcome import Outcome
from buzzband.recordings import synth
from buzzband.recordings.adc import digitise
from buzzband.recordings.model import Recording
from buzzband.services import simulate as service
from buzzband.services.notes import clipped_share
from services.builders import BURSTS, NO_IMU, bursts, channel, flat, imu, ran, recording

RATES_HZ = (200, 250, 500, 1000, 1024, 1925.93, 2000, 4800, 10_000)


def flags(told: Outcome) -> set[str]:
    return {span.flag for span in told.quality}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_contraction_gives_one_rep_and_one_cue_at_any_rate(rate_hz: float) -> None:
    told = ran(recording(channel(bursts(rate_hz), rate_hz)))
    assert (len(told.cues), len(told.reps), len(told.sets)) == (BURSTS, BURSTS, 1)
    assert [told.cued(one) for one in told.reps] == [True] * BURSTS
    assert told.sample_rate_hz == rate_hz
    assert told.duration_s == pytest.approx(BURSTS * 3 + 1.5, abs=2 / rate_hz)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_reps_are_where_the_contractions_are(rate_hz: float) -> None:
    told = ran(recording(channel(bursts(rate_hz), rate_hz)))
    for index, one in enumerate(told.reps):
        assert one.start_s == pytest.approx(1.5 + 3 * index, abs=0.35)
        assert one.end_s == pytest.approx(3 + 3 * index, abs=0.35)


@pytest.mark.parametrize(("rate_hz", "told_so"), [(200, True), (279, True), (280, False), (1000, False)])
def test_a_rate_that_cannot_hold_the_band_is_noted(rate_hz: float, told_so: bool) -> None:
    assert any("only a part" in note for note in ran(recording(channel(bursts(rate_hz), rate_hz))).notes) == told_so


@pytest.mark.parametrize("rate_hz", [99.0, 100_001.0])
def test_a_rate_that_no_emg_has_is_refused(rate_hz: float) -> None:
    with pytest.raises(BadRate, match=f"{rate_hz:g}"):
        ran(recording(channel(np.zeros(1_000_000), rate_hz)))


def test_the_first_of_several_emg_channels_is_taken_and_the_others_are_named() -> None:
    told = ran(recording(*(channel(bursts(), label=f"EMG {n}") for n in "abc")))
    assert told.notes == ("Took channel EMG a; there are also EMG b, EMG c (--channel NAME takes another).", *NO_IMU)


@pytest.mark.parametrize("name", ["EMG b", "emg B", " EMG b "])
def test_a_named_channel_is_taken_without_a_note(name: str) -> None:
    other = ran(recording(channel(bursts(), label="EMG a"), channel(bursts(500), 500, label="EMG b")), channel=name)
    assert (other.sample_rate_hz, other.notes) == (500, NO_IMU)


def test_the_channels_are_listed_when_none_has_the_name() -> None:
    with pytest.raises(NoSuchChannel, match=r"'nowhere'.*'EMG a', 'AccX'"):
        ran(recording(channel([0], label="EMG a"), channel([0], label="AccX")), channel="nowhere")


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 3000.0])
def test_auto_gain_puts_the_99_9th_percentile_at_60_percent_of_half_the_range(scale: float, seed: int) -> None:
    samples = 0.37 * scale + scale * bursts(4800, seed=seed)
    made = digitise(channel(samples, 4800))
    codes = np.abs(made.raw.astype(int) - 2048)
    assert np.percentile(codes, 99.9) == pytest.approx(0.6 * 2048, abs=1.5)
    assert np.percentile(np.abs(samples - samples.mean()) * made.gain, 99.9) == pytest.approx(0.6 * 2048)


@pytest.mark.parametrize("scale", [1e-6, 3000.0])
@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_unit_and_offset_of_the_recording_change_nothing_but_the_gain(scale: float, offset: float) -> None:
    plain, told = ran(), ran(recording(channel(scale * (bursts() + offset))))
    assert told.gain * scale == pytest.approx(plain.gain)
    assert [cue.t_s for cue in told.cues] == pytest.approx([cue.t_s for cue in plain.cues], abs=0.011)
    assert told.permille == pytest.approx(plain.permille, abs=3)


def test_the_gain_that_was_found_may_be_given() -> None:
    found = ran()
    given = ran(gain=found.gain, rest=found.calibration.rest, reference=found.calibration.reference)
    assert (given.cues, given.reps, given.permille.tolist()) == (found.cues, found.reps, found.permille.tolist())
    assert given.calibration.how == "given"


@pytest.mark.parametrize("level", [0.0, 1.0, 1.2345, -7e9, 1e-300])
def test_a_flat_line_is_flagged_flat_and_gives_nothing(level: float) -> None:
    told = ran(flat(level=level))
    assert (told.gain, told.cues, told.reps, told.sets, flags(told)) == (1.0, (), (), (), {"flat"})
    assert not told.permille.any()


def test_without_a_distance_from_rest_to_reference_the_notes_say_so() -> None:
    assert any("not even one ADC step" in note for note in ran(flat()).notes)
    assert any("not even one ADC step" in note for note in ran(rest=5000, reference=5063).notes)
    assert not any("ADC step" in note for note in ran(rest=500, reference=564).notes)


def test_a_signal_beyond_the_rails_of_the_converter_is_flagged_rail() -> None:
    told = ran(gain=20 * ran().gain)
    assert "rail" in flags(told)
    assert told.notes == NO_IMU


def test_a_recording_that_was_cut_off_is_noted() -> None:
    cut = synth.clip(bursts(), 0.5)
    told = ran(recording(channel(cut)))
    assert any("it was cut off there" in note for note in told.notes)


def test_only_values_that_stay_at_the_end_of_the_range_are_cut_off() -> None:
    assert clipped_share(channel([0, 9, 9, 9, 0, 0, 0, -9, -9, 3])) == pytest.approx(0.3)
    assert clipped_share(channel(np.sin(np.arange(4000) * 2 * np.pi / 20))) == 0
    assert clipped_share(channel(bursts())) == 0
    assert clipped_share(channel([5] * 100)) == 0


@pytest.mark.parametrize("large", [1e101, 1e300, 1e307])
def test_numbers_that_no_signal_can_hold_are_refused(large: float) -> None:
    with pytest.raises(BadSamples, match="EMG"):
        ran(recording(channel(large * bursts())))


def test_one_second_is_enough() -> None:
    told = ran(recording(channel(bursts()[:1000])))
    assert (told.duration_s, len(told.permille)) == (1.0, 50)


@pytest.mark.parametrize("length", [1, 3, 999])
def test_less_than_a_second_is_too_short(length: int) -> None:
    with pytest.raises(TooShort, match=f"{length / 1000:.3f} s of EMG"):
        ran(recording(channel(bursts()[:length])))


def test_activation_at_50_hz_covers_the_recording() -> None:
    told = ran()
    assert told.rate_hz == 50
    assert len(told.permille) == len(told.blanked) == int(told.duration_s * 50)


def test_what_is_blanked_is_the_buzz_and_120_ms_after() -> None:
    told = ran()
    assert np.count_nonzero(told.blanked) == len(told.cues) * 12
    for cue in told.cues:
        assert told.blanked[round(cue.t_s * 50) : round((cue.t_s + 0.22) * 50)].all()


def test_a_higher_target_is_reached_later_or_not_at_all() -> None:
    low, high, beyond = (ran(target_permille=target) for target in (200, 800, 2000))
    assert all(early.t_s < late.t_s for early, late in zip(low.cues, high.cues, strict=True))
    assert beyond.cues == ()


def test_percentages_scale_with_the_reference() -> None:
    plain = ran().calibration
    span = plain.reference - plain.rest
    told = ran(rest=plain.rest, reference=plain.rest + 2 * span, target_permille=250)
    assert [cue.t_s for cue in told.cues] == [cue.t_s for cue in ran(target_permille=500).cues]
    assert told.permille == pytest.approx(ran().permille / 2, abs=6)  # both are off by up to 4


def test_a_cue_comes_when_the_activation_reaches_the_target() -> None:
    told = ran(target_permille=600)
    for cue in told.cues:
        index = round(cue.t_s * told.rate_hz)
        assert told.permille[index - 3] < 600
        assert told.permille[index + 1] >= 600


def test_the_engine_that_ran_is_told() -> None:
    assert ran(engine="cpython").engine == "cpython"


@pytest.mark.parametrize("best", ["cpython", "micropython"])
@pytest.mark.usefixtures("micropython_port")
def test_auto_tells_which_engine_it_took(best: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "best_engine", lambda _duration_s: best)
    assert ran(engine="auto").engine == best


@pytest.mark.usefixtures("micropython_port")
def test_another_engine_tells_the_same() -> None:
    here, there = ran(), ran(engine="micropython")
    assert (there.cues, there.reps, there.quality) == (here.cues, here.reps, here.quality)
    assert there.permille.tolist() == here.permille.tolist()


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
@pytest.mark.usefixtures("micropython_port")
def test_progress_rises_to_1_once(engine: str) -> None:
    shares: list[float] = []
    service.simulate(recording(), service.Options(engine=engine), shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_every_engine_may_be_chosen() -> None:
    assert set(service.ENGINE_CHOICES) == {*engines.ENGINES, "auto"}


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_hum_of_the_mains_that_was_named_is_taken_out(mains_hz: int) -> None:
    noisy = bursts() + 0.3 * np.sin(2 * np.pi * mains_hz * np.arange(len(bursts())) / 1000)
    told = ran(recording(channel(noisy)), mains_hz=mains_hz)
    assert (len(told.cues), len(told.reps)) == (BURSTS, BURSTS)


def test_hum_stronger_than_the_muscle_is_flagged() -> None:
    hum = 5 * np.sin(2 * np.pi * 50 * np.arange(len(bursts())) / 1000)
    assert "hum" in flags(ran(recording(channel(bursts() + hum))))


def test_reps_are_found_by_movement_where_there_is_some() -> None:
    one = synth.Set(reps=6, peaks=(0.8, 0.8), exercise=synth.RAISE)
    made = synth.build(synth.Session((one,)), seed=1)
    told = ran(made.recording, exercise="raise")
    assert told.imu
    assert [one.reps for one in told.sets] == [6]
    assert {rep.source for rep in told.reps} <= {"tilt", "turn"}
    assert not any(rep.approximate for rep in told.reps)
    assert told.movement.max() > 45
    assert len(told.movement) == int(told.duration_s * 12.5)


def test_without_an_imu_there_is_no_movement_and_the_times_are_approximate() -> None:
    told = ran()
    assert (told.imu, len(told.movement)) == (False, 0)
    assert {rep.source for rep in told.reps} == {"emg"}
    assert all(rep.approximate for rep in told.reps)


def test_a_limb_that_lies_still_has_degrees_of_0() -> None:
    told = ran(recording(channel(bursts()), *imu(10.5)))
    assert (told.imu, told.movement.max(), len(told.movement)) == (True, 0, 131)


def test_the_exercise_is_told_to_the_core() -> None:
    told = ran(exercise="squat")
    assert told.exercise == "squat"
    assert all(rep.lowers_first for rep in told.reps)


def test_without_a_file_or_an_example_there_is_nothing_to_load() -> None:
    with pytest.raises(RecordingNotFound):
        service.load(None, None, None)


def test_a_page_that_would_replace_the_recording_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "monday.csv"
    file.write_text("EMG\n1\n")
    with pytest.raises(OutputFailed, match=r"monday\.csv"):
        service.check_pictures(file, page=tmp_path / ".." / tmp_path.name / "monday.csv")
    service.check_pictures(file, page=tmp_path / "monday.html")


def test_recordings_need_no_name_of_a_file() -> None:
    assert ran(Recording("", (channel(bursts()),))).name == ""
