"""What an IMU on a limb makes of the limb's movement."""

from dataclasses import dataclass

import numpy as np

from buzzband.recordings.model import Channel, Samples
from buzzband.recordings.synth.activation import RATE_HZ
from buzzband.recordings.synth.noise import band_noises
from buzzband.recordings.synth.placement import ALIGNED, Mounting
from buzzband.recordings.synth.rotation import rotations

IMU_RATE_HZ = RATE_HZ  # movement and activation are planned together
GRAVITY = 9.81  # m/s²
TREMOR_HZ = (8.0, 12.0)  # physiological tremor


@dataclass(frozen=True, eq=False)
class Motion:
    """How a segment moves, at ``IMU_RATE_HZ``, in the room's axes: x down, y forward, z to the right.

    ``turn_deg``: shape (n, 3), the rotation vector from hanging to where it is. ``path_m``: shape (n, 3), where the
    joint is that it hangs from.
    """

    turn_deg: Samples
    path_m: Samples


@dataclass(frozen=True)
class Imu:
    """The errors of an IMU; the defaults are about those of an MPU-6050 behind its 21 Hz filter, coarsely calibrated.

    White noise in g and °/s RMS; the SD from which each axis draws its constant bias; the tremor of the limb in
    degrees RMS about each axis.
    """

    acceleration_noise_g: float = 0.003
    gyro_noise_dps: float = 0.05
    acceleration_bias_g: float = 0.01
    gyro_bias_dps: float = 0.5
    tremor_deg: float = 0.01


TYPICAL = Imu()
PERFECT = Imu(0, 0, 0, 0, 0)


def imu(
    motion: Motion,
    rng: np.random.Generator,
    *,
    lever_m: float = 0.18,
    mounting: Mounting = ALIGNED,
    errors: Imu = TYPICAL,
) -> tuple[Channel, ...]:
    """Return AccX, AccY, AccZ in g and GyrX, GyrY, GyrZ in deg/s at ``IMU_RATE_HZ``, as long as the motion.

    The sensor sits ``lever_m`` down the segment. With R from the segment's axes to the room's, p the sensor's place
    and g gravity, it feels Rᵀ(p'' − g); its rate is the vector of the antisymmetric RᵀR'. ``mounting`` turns both.
    """
    tremor = errors.tremor_deg * band_noises(len(motion.turn_deg), 3, IMU_RATE_HZ, TREMOR_HZ, rng)
    rotation = rotations(motion.turn_deg + tremor)
    place = motion.path_m + lever_m * rotation[:, :, 0]
    felt = _per_second(_per_second(place)) / GRAVITY - np.array([1.0, 0.0, 0.0])
    spin = rotation.swapaxes(1, 2) @ _per_second(rotation)
    rate = np.degrees(np.stack([spin[:, 2, 1], spin[:, 0, 2], spin[:, 1, 0]], axis=1))
    acceleration = np.einsum("nij,ni->nj", rotation, felt) @ mounting.rotation
    gyro = rate @ mounting.rotation
    _spoil(acceleration, errors.acceleration_noise_g, errors.acceleration_bias_g, rng)
    _spoil(gyro, errors.gyro_noise_dps, errors.gyro_bias_dps, rng)
    return _channels("Acc", acceleration, "g") + _channels("Gyr", gyro, "deg/s")


def _per_second(values: Samples) -> Samples:
    slope: Samples = np.gradient(values, axis=0) * IMU_RATE_HZ
    return slope


def _spoil(axes: Samples, noise: float, bias: float, rng: np.random.Generator) -> None:
    """Add white noise and a constant bias per axis, in place."""
    axes += bias * rng.standard_normal(3) + noise * rng.standard_normal(axes.shape)


def _channels(sensor: str, axes: Samples, unit: str) -> tuple[Channel, ...]:
    columns = np.ascontiguousarray(axes.T)
    return tuple(
        Channel(sensor + axis, IMU_RATE_HZ, samples, unit) for axis, samples in zip("XYZ", columns, strict=True)
    )
