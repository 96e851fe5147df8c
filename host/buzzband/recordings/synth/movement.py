"""Repetitions as a joint moves through them, and what an IMU on the limb makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Channel, Samples
from buzzband.recordings.synth.activation import smooth_step
from buzzband.recordings.synth.noise import band_noise

IMU_RATE_HZ = 100.0
GRAVITY = 9.81  # m/s²
TREMOR_HZ = (8.0, 12.0)  # physiological tremor


@dataclass(frozen=True)
class Tempo:
    """The phases of one repetition in seconds; ``pause_s`` is the rest at the bottom after it."""

    concentric_s: float = 1.3
    hold_s: float = 0.3
    eccentric_s: float = 1.8
    pause_s: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what no limb can do."""
        if min(self.concentric_s, self.eccentric_s) <= 0 or min(self.hold_s, self.pause_s) < 0:
            raise ValueError("both movements of a repetition take time, and its hold and pause are not negative")

    @property
    def moving_s(self) -> float:
        """Return the time from the start of the concentric to the end of the eccentric phase."""
        return self.concentric_s + self.hold_s + self.eccentric_s


def joint_angle(
    reps: Sequence[tuple[float, Tempo]],
    duration_s: float,
    *,
    range_deg: float = 120.0,
    rate_hz: float = IMU_RATE_HZ,
) -> Samples:
    """Return the flexion of a joint in degrees, shape (round(duration_s · rate_hz),).

    It is 0 at rest and ``range_deg`` at the top; both ways are minimum-jerk movements. ``reps`` gives the start in s
    and the tempo of each; they do not overlap.
    """
    times = np.arange(round(duration_s * rate_hz)) / rate_hz
    angle = np.zeros(len(times))
    for start_s, tempo in reps:
        first, last = np.searchsorted(times, [start_s, start_s + tempo.moving_s])
        since = times[first:last] - start_s
        up = smooth_step(since / tempo.concentric_s)
        down = smooth_step((since - tempo.concentric_s - tempo.hold_s) / tempo.eccentric_s)
        angle[first:last] = range_deg * (up - down)
    return angle


@dataclass(frozen=True)
class Placement:
    """Where the band sits: what share of the joint's angle its segment turns by, at which distance from the axis."""

    name: str
    share: float
    lever_m: float


UPPER_ARM = Placement("upper arm", share=0.05, lever_m=0.18)  # in a strict curl it hardly turns: 6° of 120°
FOREARM = Placement("forearm", share=1.0, lever_m=0.12)


@dataclass(frozen=True)
class Imu:
    """The errors of an IMU; the defaults are about those of an MPU-6050 behind its 21 Hz filter, coarsely calibrated.

    White noise in g and °/s RMS; the SD from which each axis draws its constant bias; the tremor of the limb in
    degrees RMS.
    """

    acceleration_noise_g: float = 0.003
    gyro_noise_dps: float = 0.05
    acceleration_bias_g: float = 0.01
    gyro_bias_dps: float = 0.5
    tremor_deg: float = 0.01


TYPICAL = Imu()
PERFECT = Imu(0, 0, 0, 0, 0)


def imu(
    angle_deg: Samples,
    rng: np.random.Generator,
    *,
    placement: Placement = UPPER_ARM,
    errors: Imu = TYPICAL,
    rate_hz: float = IMU_RATE_HZ,
) -> tuple[Channel, ...]:
    """Return AccX, AccY, AccZ in g and GyrX, GyrY, GyrZ in deg/s for a joint angle at ``rate_hz``, same length.

    x points down the hanging limb, y where it moves when the joint flexes, z along the axis of the joint. With the
    segment at θ from hanging, at r from its axis, the accelerometer feels −cos θ − r θ'²/g along x and sin θ + r
    θ''/g along y.
    """
    n = len(angle_deg)
    theta = np.radians(placement.share * angle_deg + errors.tremor_deg * band_noise(n, rate_hz, TREMOR_HZ, rng))
    speed = np.gradient(theta) * rate_hz
    turning = np.gradient(speed) * rate_hz
    lever = placement.lever_m / GRAVITY
    acceleration = np.zeros((3, n))
    acceleration[0] = -np.cos(theta) - lever * speed**2
    acceleration[1] = np.sin(theta) + lever * turning
    gyro = np.zeros((3, n))
    gyro[2] = np.degrees(speed)
    _spoil(acceleration, errors.acceleration_noise_g, errors.acceleration_bias_g, rng)
    _spoil(gyro, errors.gyro_noise_dps, errors.gyro_bias_dps, rng)
    return _channels("Acc", acceleration, rate_hz, "g") + _channels("Gyr", gyro, rate_hz, "deg/s")


def _spoil(axes: Samples, noise: float, bias: float, rng: np.random.Generator) -> None:
    """Add white noise and a constant bias per axis, in place."""
    axes += bias * rng.standard_normal((len(axes), 1)) + noise * rng.standard_normal(axes.shape)


def _channels(sensor: str, axes: Samples, rate_hz: float, unit: str) -> tuple[Channel, ...]:
    return tuple(Channel(sensor + axis, rate_hz, samples, unit) for axis, samples in zip("XYZ", axes, strict=True))
