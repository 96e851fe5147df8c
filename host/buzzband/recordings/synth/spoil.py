"""What spoils a real recording, each as a signal to be added, in multiples of full-effort RMS.

Every function that makes a signal takes the number of samples, the rate and a generator first, so that ``partial``
turns any of them into a ``Spoiler`` for ``build``. Amplitudes are RMS unless said otherwise. ``clip`` transforms and
comes last.
"""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from buzzband.recordings.model import Samples
from buzzband.recordings.synth.noise import band_noise

Spoiler = Callable[[int, float, np.random.Generator], Samples]

KNOT_S = 1.0  # the mains frequency is drawn this often and runs straight in between
WALK = 0.1  # of ``drift_hz``: SD of one step, so that about 100 s cross the band
DECAYED = 8.0  # time constants after which a pop is dropped: 0.03 %


def sensor_noise(n: int, rate_hz: float, rng: np.random.Generator, *, amplitude: float = 0.01) -> Samples:
    """Return the white noise of electrode and amplifier, shape (n,); its power spreads over 0..``rate_hz`` / 2."""
    return amplitude * rng.standard_normal(n)


def mains_frequency(n: int, rate_hz: float, rng: np.random.Generator, *, hz: float, drift_hz: float) -> Samples:
    """Return the mains frequency at every sample, shape (n,), in Hz.

    It starts at ``hz`` and walks at random; the walk is folded back at ``hz`` ± ``drift_hz`` and never leaves that
    band.
    """
    knots = math.ceil(n / rate_hz / KNOT_S) + 2
    walk = np.cumsum(rng.standard_normal(knots)) * WALK
    walk -= walk[0]
    folded = np.abs((walk + 3) % 4 - 2) - 1
    frequency: Samples = hz + drift_hz * np.interp(np.arange(n) / rate_hz, np.arange(knots) * KNOT_S, folded)
    return frequency


def hum(
    n: int,
    rate_hz: float,
    rng: np.random.Generator,
    *,
    hz: float = 50.0,
    amplitude: float = 0.1,
    drift_hz: float = 0.2,
    harmonics: tuple[float, ...] = (1.0, 0.05, 0.3),
) -> Samples:
    """Return mains hum, shape (n,). ``amplitude`` is the RMS of the fundamental.

    ``harmonics`` gives the fundamental, the second, the third and so on, as multiples of ``amplitude``; those above
    half the rate are left out. ``hz=50.2, drift_hz=0`` is a mains that is off by exactly 0.2 Hz. Phases are random.
    """
    frequency = mains_frequency(n, rate_hz, rng, hz=hz, drift_hz=drift_hz)
    phase = 2 * np.pi * np.cumsum(frequency) / rate_hz
    signal = np.zeros(n)
    for order, share in enumerate(harmonics, start=1):
        start = rng.uniform(0, 2 * np.pi)
        if order * (hz + drift_hz) < rate_hz / 2:
            signal += share * np.sin(order * phase + start)
    return math.sqrt(2) * amplitude * signal


def baseline_wander(
    n: int,
    rate_hz: float,
    rng: np.random.Generator,
    *,
    amplitude: float = 0.1,
    band_hz: tuple[float, float] = (0.1, 2.0),
) -> Samples:
    """Return the slow wander of the electrode potential, shape (n,): Gaussian noise inside ``band_hz``."""
    return amplitude * band_noise(n, rate_hz, band_hz, rng)


def movement_artefact(
    angle_deg: Samples,
    rate_hz: float,
    rng: np.random.Generator,
    *,
    amplitude: float = 0.1,
    band_hz: tuple[float, float] = (1.0, 15.0),
) -> Samples:
    """Return what a moving limb adds, same shape as ``angle_deg``, which is sampled at ``rate_hz``.

    The baseline follows the angle (the skin stretches) and shakes inside ``band_hz`` while the limb moves (the cable
    swings; movement artefacts lie below 20 Hz, De Luca et al. 2010, J Biomech 43:1573). Half of the power each; the
    RMS of the whole is about ``amplitude``. A limb that stays at its first angle adds nothing.
    """
    follow = _unit(angle_deg - angle_deg[0])
    speed = np.abs(np.diff(angle_deg, prepend=angle_deg[:1]))
    shake = _unit(speed) * band_noise(len(angle_deg), rate_hz, band_hz, rng)
    return amplitude * math.sqrt(0.5) * (follow + shake)


def _unit(signal: Samples) -> Samples:
    """Return the signal with RMS 1, or zeros if it is nothing."""
    rms = math.sqrt(float(np.mean(signal**2)))
    return signal / rms if rms > 0 else signal


def pop(n: int, rate_hz: float, *, at_s: float, height: float, decay_s: float) -> Samples:
    """Return one electrode pop, shape (n,): a step of ``height`` at ``at_s`` that falls to 37 % in ``decay_s``."""
    since = np.arange(n) / rate_hz - at_s
    tail = (since >= 0) & (since < DECAYED * decay_s)
    signal = np.zeros(n)
    signal[tail] = height * np.exp(-since[tail] / decay_s)
    return signal


def electrode_pops(
    n: int,
    rate_hz: float,
    rng: np.random.Generator,
    *,
    per_minute: float = 2.0,
    height: float = 5.0,
    decay_s: tuple[float, float] = (0.05, 0.3),
) -> Samples:
    """Return pops at random (Poisson) times, shape (n,).

    Heights are ±``height`` times 0.5 to 1.5, decays (time constants) are uniform in ``decay_s``.
    """
    signal = np.zeros(n)
    duration_s = n / rate_hz
    for at_s in rng.uniform(0, duration_s, rng.poisson(per_minute * duration_s / 60)):
        decay = rng.uniform(*decay_s)
        size = height * rng.uniform(0.5, 1.5) * rng.choice([-1.0, 1.0])
        start = math.ceil(at_s * rate_hz)
        length = min(n - start, math.ceil(DECAYED * decay * rate_hz))
        signal[start : start + length] += pop(length, rate_hz, at_s=0, height=size, decay_s=decay)
    return signal


class Motor:
    """The vibration of an eccentric-mass coin motor as the electrodes pick it up, block by block.

    The speed runs up and coasts exponentially. The frequency goes with the speed and the amplitude with its square,
    as the force of an eccentric mass does (F = m r ω²). ``rise_ms`` is the time from rest to 90 % of ``amplitude``
    (RMS at full speed), ``coast_ms`` the time from full speed to 10 % of it; the defaults lie within the 50-100 and
    70-120 ms of coin motors.
    """

    def __init__(
        self,
        rate_hz: float,
        *,
        frequency_hz: float = 175.0,
        amplitude: float = 0.4,
        rise_ms: float = 60.0,
        coast_ms: float = 90.0,
    ) -> None:
        if frequency_hz >= rate_hz / 2:
            raise ValueError(f"a rate of {rate_hz} Hz cannot hold a vibration of {frequency_hz} Hz")
        self._rate_hz = rate_hz
        self._frequency_hz = frequency_hz
        self._peak = math.sqrt(2) * amplitude
        # speed² = 0.9 after the rise, from 1 − exp(−t/τ); speed² = 0.1 after the coast, from exp(−t/τ)
        self._rise = rate_hz * rise_ms / 1000 / -math.log(1 - math.sqrt(0.9))
        self._coast = rate_hz * coast_ms / 1000 / -math.log(math.sqrt(0.1))
        self._speed = 0.0
        self._phase = 0.0

    def block(self, on: bool, n: int) -> Samples:
        """Return the next ``n`` samples, through which the motor is switched ``on`` or off; shape (n,)."""
        if n == 0:
            return np.zeros(0)
        goal, samples = (1.0, self._rise) if on else (0.0, self._coast)
        speed = goal + (self._speed - goal) * np.exp(-np.arange(1, n + 1) / samples)
        phase = self._phase + 2 * np.pi * self._frequency_hz / self._rate_hz * np.cumsum(speed)
        self._speed = float(speed[-1])
        self._phase = float(phase[-1] % (2 * np.pi))
        signal: Samples = self._peak * speed**2 * np.sin(phase)
        return signal


def vibration(
    motor_on: NDArray[np.bool_],
    rate_hz: float,
    *,
    frequency_hz: float = 175.0,
    amplitude: float = 0.4,
    rise_ms: float = 60.0,
    coast_ms: float = 90.0,
) -> Samples:
    """Return the vibration of a ``Motor`` that is switched as ``motor_on`` says, same shape."""
    motor = Motor(rate_hz, frequency_hz=frequency_hz, amplitude=amplitude, rise_ms=rise_ms, coast_ms=coast_ms)
    runs = np.split(motor_on, np.flatnonzero(np.diff(motor_on)) + 1)
    return np.concatenate([np.zeros(0), *(motor.block(bool(run[0]), len(run)) for run in runs if len(run))])


def clip(signal: Samples, limit: float) -> Samples:
    """Return the signal as an amplifier leaves it that saturates at ±``limit``, same shape and unit."""
    return np.clip(signal, -limit, limit)


USUAL: tuple[Spoiler, ...] = (
    sensor_noise,
    partial(hum, amplitude=0.03),
    partial(baseline_wander, amplitude=0.05),
)
"""A good recording: noise 1 %, hum 3 % and wander 5 % of full effort."""
