import numpy as np
import pytest

from buzzband.recordings import synth
from buzzband.recordings.model import Channel
from buzzband.services.notes import line_share, of_settings
from buzzband.services.options import DEFAULTS, Options
from services.builders import BURSTS, NO_IMU, bursts, channel, imu, ran, recording

RATE_HZ = 1000.0


def told(samples: np.ndarray, **options: object) -> str:
    return "\n".join(ran(recording(channel(samples, RATE_HZ)), **options).notes)


def sine(hz: float, amplitude: float, like: np.ndarray) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(len(like)) / RATE_HZ)


def test_a_clean_recording_with_movement_needs_no_notes() -> None:
    assert ran(recording(channel(bursts()), *imu(10.5))).notes == ()


def test_without_an_imu_the_notes_say_what_that_means() -> None:
    assert "by the muscle alone" in told(bursts())


@pytest.mark.parametrize(
    ("sensors", "said"), [(("Acc",), "without a gyroscope"), (("Gyr",), "without an accelerometer")]
)
def test_half_an_imu_is_noted_and_used(sensors: tuple[str, ...], said: str) -> None:
    units = {"Acc": "g", "Gyr": "deg/s"}
    half = ran(recording(channel(bursts()), *imu(10.5, sensors=sensors, units=tuple(units[one] for one in sensors))))
    (note,) = half.notes
    assert said in note
    assert half.imu


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (imu(10.5)[:2], "no AccZ"),
        (imu(10.5, units=("furlong", "deg/s")), "'furlong'"),
        ([*imu(10.5)[:2], *imu(9.5)[2:3]], "differ in rate or length"),
    ],
    ids=["an axis is missing", "a unit that is none", "axes of two lengths"],
)
def test_movement_that_cannot_be_used_is_left_out_and_the_notes_say_why(broken: list[Channel], why: str) -> None:
    left_out = ran(recording(channel(bursts()), *broken))
    assert not left_out.imu
    assert "The movement is left out. " in left_out.notes[0]
    assert why in left_out.notes[0]
    assert left_out.notes[1:] == NO_IMU
    assert left_out.permille.tolist() == ran(recording(channel(bursts()))).permille.tolist()


def test_noise_without_a_muscle_is_doubted() -> None:
    assert "times the rest" in told(np.random.default_rng(1).normal(size=20_000))


def test_effort_without_rest_is_doubted() -> None:
    emg = synth.emg(synth.constant(0.8, 20), RATE_HZ, np.random.default_rng(2))
    assert "no rest, in this channel" in told(emg)


@pytest.mark.parametrize(("mains_hz", "hum_hz"), [(50, 60), (60, 50)])
def test_hum_at_the_other_mains_is_named(mains_hz: int, hum_hz: int) -> None:
    hummed = bursts() + sine(hum_hz, 0.5, bursts())
    assert f"try --mains {hum_hz}" in told(hummed, mains_hz=mains_hz)
    assert "--mains" not in told(hummed, mains_hz=hum_hz)


@pytest.mark.parametrize("seed", range(5))
def test_emg_alone_has_little_power_at_either_mains(seed: int) -> None:
    emg = channel(bursts(seed=seed, count=10))
    assert max(line_share(emg, 50), line_share(emg, 60)) < 0.02


def test_a_rate_too_low_for_the_mains_holds_no_line() -> None:
    assert line_share(channel(np.ones(1000), 110), 60) == 0


def test_one_artefact_that_sets_the_reference_is_suspected() -> None:
    emg = bursts(count=5)
    emg[200:800] += sine(40, 20, emg[200:800])
    assert "artefact" in told(emg)
    clean = ran(recording(channel(bursts(count=5))))
    assert "artefact" not in told(emg, gain=clean.gain, reference=clean.calibration.reference)


def test_two_channels_of_one_name_are_told_apart_only_by_their_order() -> None:
    twins = recording(channel(bursts()), channel(bursts()))
    assert ran(twins).notes == ("Took the first of the channels that are all called EMG.", *NO_IMU)


@pytest.mark.parametrize("hum", [0.5, 1.0])
def test_the_start_of_the_filters_is_neither_a_rep_nor_a_reference(hum: float) -> None:
    clean = ran(recording(channel(bursts())))
    hummed = ran(recording(channel(bursts() + sine(50, hum, bursts()) + 5)), gain=clean.gain)
    assert len(hummed.reps) == BURSTS
    assert hummed.calibration.reference == pytest.approx(clean.calibration.reference, rel=0.1)


def of(mode: str, /, **said: object) -> str:
    options = Options(exercise="curl", **said)  # type: ignore[arg-type]
    return "\n".join(of_settings(options.settings(DEFAULTS), options, mode))


@pytest.mark.parametrize("mode", ["reach", "below", "faded", "steady"])
def test_a_load_that_silences_the_band_is_noted(mode: str) -> None:
    assert "80 kg is more than 60 %" in of(mode, load_kg=80, one_rm_kg=100)
    assert of(mode, load_kg=60, one_rm_kg=100) == of(mode, load_kg=60) == ""


@pytest.mark.parametrize("mode", ["hold", "tempo", "silent"])
def test_where_no_word_is_of_the_muscle_s_work_the_load_is_not_noted(mode: str) -> None:
    assert of(mode, mode=mode, load_kg=80, one_rm_kg=100) == ""


def test_an_exercise_that_keeps_the_band_silent_is_noted_unless_that_was_asked_for() -> None:
    assert "keeps silent in explosive work" in told(bursts(), exercise="explosive")
    assert "silent" not in told(bursts(), exercise="explosive", mode="silent")


@pytest.mark.parametrize(
    ("said", "option", "mode"),
    [
        ({"tempo": "3-1-3"}, "--tempo", "tempo"),
        ({"hold_s": 30}, "--hold", "hold"),
        ({"steady_off_s": 9}, "--off", "steady"),
    ],
)
def test_an_option_that_does_nothing_in_the_mode_is_noted(said: dict[str, object], option: str, mode: str) -> None:
    assert of("reach", **said) == f"{option} does nothing in mode reach; it goes with --mode {mode}."
    assert of(mode, **said) == ""
