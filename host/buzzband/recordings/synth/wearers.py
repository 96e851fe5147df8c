"""Wearers who do what the band asks for, block by block: raw codes that follow its prompts.

    wearer = draw("good", rng)
    worn = Worn(wearer, rng)
    raw = worn.block(motor_on)      # 48 codes of 12 bits; worn.speed is the limb's
    worn.hear(word)                 # when the band begins to say something

What spoils a wearing is drawn with room to what the band has to tell it from: hum that is just too much, or a contrast
at the edge between two grades, has no right answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from buzzband.recordings.adc import FULL_SCALE, MID_SCALE
from buzzband.recordings.model import Samples
from buzzband.recordings.synth.activation import REST, Activation, constant, hold, join, smooth_step, through
from buzzband.recordings.synth.muscle import emg
from buzzband.recordings.synth.spoil import Motor, baseline_wander, electrode_pops, hum, movement_artefact
from buzzband_fw.core import words
from buzzband_fw.core.calibration import ELECTRODE_OFF, HUM, MOVED, SATURATED, SLIPPED, WEAK
from buzzband_fw.core.chain import BLOCK_RAW, RAW_RATE_HZ
from buzzband_fw.core.motion import SPEED_PER_DPS

WEARING_S = 40.0  # more than any calibration takes; what lasts longer begins again
SQUEEZE_S = 6.0
FADE_S = 0.2

# What the chain makes of one code of RMS, in units of the envelope: of EMG, of that of the few units that fire at rest,
# and of white noise at 4800 S/s. tests/promises/test_calibration.py measures them again.
EMG_TO_ENVELOPE = 50.0
RESTING_TO_ENVELOPE = 36.0
NOISE_TO_ENVELOPE = 12.3
BEST_OF_SQUEEZE = 1.15  # the best 500 ms of 2 s over their mean, in an effort that fluctuates as these do

Raw = NDArray[np.uint16]


@dataclass(frozen=True)
class Wearer:
    """One wearer on one day. Amplitudes are RMS in ADC codes.

    ``effort``: EMG at full effort. ``levels``: how hard each squeeze is, of full effort. ``answer_s``: how long after
    a prompt the muscle answers. ``limit``: of the amplifier, from mid-scale. ``gain_after``: what is left of the EMG
    once the band has slipped, ``slips_s`` after the prompt of squeeze ``slips_in``. ``flat_after``: whether contact is
    then lost altogether.
    """

    kind: str
    grade: int = 0
    refusal: int = 0
    effort: float = 250.0
    levels: tuple[float, ...] = (0.9, 0.9, 0.9)
    answer_s: float = 0.35
    noise: float = 3.0
    hum: float = 10.0
    hum_hz: float = 50.0
    wander: float = 30.0
    pops_per_minute: float = 0.0
    offset: float = 0.0
    limit: float = 4096.0
    vibration: float = 20.0
    restless: bool = False
    has_imu: bool = True
    slips_in: int = 9
    slips_s: float = 0.0
    gain_after: float = 1.0
    flat_after: bool = False


class Worn:
    """A wearer with the band on. ``speed``: of the limb, as core/motion.py has it; 0 without an IMU."""

    def __init__(self, wearer: Wearer, rng: np.random.Generator) -> None:
        self.wearer = wearer
        self.speed = 0
        self._rng = rng
        self._at = 0
        self._squeezes = -1
        self._squeeze: Samples = np.zeros(0)
        self._squeezed_at = 0
        self._released_at: int | None = None
        self._slips_at: int | None = None
        self._motor = Motor(RAW_RATE_HZ, amplitude=wearer.vibration, frequency_hz=rng.uniform(165, 235))
        self._ground, self._speeds = _at_rest(wearer, rng)

    def hear(self, word: int) -> None:
        """Feel that the band begins to say ``word``."""
        wearer = self.wearer
        delay = round((wearer.answer_s + self._rng.uniform(-0.1, 0.1)) * RAW_RATE_HZ)
        if word == words.SQUEEZE:
            self._squeezes += 1
            self._squeezed_at = self._at + delay
            self._released_at = None
            self._squeeze = wearer.effort * _contraction(wearer.levels[self._squeezes % len(wearer.levels)], self._rng)
            if self._squeezes == wearer.slips_in:
                self._slips_at = self._at + round(wearer.slips_s * RAW_RATE_HZ)
        elif word == words.RELEASE:
            self._released_at = self._at + delay

    def block(self, motor_on: bool) -> Raw:
        """Return the next 10 ms, shape (48,)."""
        wearer, at = self.wearer, self._at
        times = np.arange(at, at + BLOCK_RAW)
        muscle = self._ground[0][times % len(self._ground[0])] + self._squeezing(times)
        noise = self._ground[1][times % len(self._ground[1])]
        if self._slips_at is not None and at >= self._slips_at:
            muscle = muscle * wearer.gain_after
            if wearer.flat_after:
                noise = self._rng.normal(0, 0.3, BLOCK_RAW)
        signal = muscle + noise + self._motor.block(motor_on, BLOCK_RAW) + wearer.offset
        self.speed = self._speeds[at // BLOCK_RAW % len(self._speeds)]
        self._at += BLOCK_RAW
        limited = np.clip(signal, -wearer.limit, wearer.limit)
        codes: Raw = np.clip(np.rint(limited + MID_SCALE), 0, FULL_SCALE).astype(np.uint16)
        return codes

    def _squeezing(self, times: NDArray[np.int64]) -> Samples:
        """Return the EMG of the squeeze that goes on, if any, faded out once it is released."""
        since = times - self._squeezed_at
        found: Samples = np.zeros(len(times))
        inside = (since >= 0) & (since < len(self._squeeze))
        found[inside] = self._squeeze[since[inside]]
        if self._released_at is not None:
            found *= 1 - smooth_step((times - self._released_at) / (FADE_S * RAW_RATE_HZ))
        return found


def _contraction(level: float, rng: np.random.Generator) -> Samples:
    """Return the EMG of one squeeze, in multiples of full effort: a rise of 0.3 s, then a hold that fluctuates."""
    held = hold(level, SQUEEZE_S, rng, fluctuation=0.1)
    rise = through([(0, 0), (0.3, float(held.level[0]))], 0.3, held.rate_hz)
    return emg(join(rise, held), RAW_RATE_HZ, rng)


def _at_rest(wearer: Wearer, rng: np.random.Generator) -> tuple[tuple[Samples, Samples], list[int]]:
    """Return the muscle's own activity and what else the electrodes hear, in codes, and the speed in each block."""
    n = round(WEARING_S * RAW_RATE_HZ)
    activation = constant(REST, WEARING_S)
    speed_dps = np.abs(rng.normal(0, 3, n // BLOCK_RAW))
    noise = wearer.noise * rng.standard_normal(n)
    noise += hum(n, RAW_RATE_HZ, rng, hz=wearer.hum_hz, amplitude=wearer.hum, drift_hz=0.1)
    noise += baseline_wander(n, RAW_RATE_HZ, rng, amplitude=wearer.wander)
    noise += electrode_pops(n, RAW_RATE_HZ, rng, per_minute=wearer.pops_per_minute, height=300.0)
    if wearer.restless:
        activation, angle_deg = _restless(rng)
        turned = np.interp(np.arange(n) / RAW_RATE_HZ, np.arange(len(angle_deg)) / 100, angle_deg)
        noise += movement_artefact(turned, RAW_RATE_HZ, rng, amplitude=0.1 * wearer.effort)
        speed_dps = np.abs(np.gradient(angle_deg)) * 100
    muscle = wearer.effort * emg(activation, RAW_RATE_HZ, rng)
    scale = SPEED_PER_DPS if wearer.has_imu else 0
    return (muscle, noise), [int(dps * scale) for dps in speed_dps]


def _restless(rng: np.random.Generator) -> tuple[Activation, Samples]:
    """Return the muscle and the angle, 100 a second, of somebody who fidgets: a movement every 0.4 to 1 s."""
    knots, angles, at = [(0.0, REST)], [(0.0, 0.0)], 0.0
    while at < WEARING_S:
        at += rng.uniform(0.4, 1.0)
        knots.append((at, float(np.exp(rng.uniform(np.log(0.03), np.log(0.6))))))
        angles.append((at, rng.uniform(0, 1)))
    angle = through(angles, WEARING_S)
    return through(knots, WEARING_S), 60 * angle.level


def _usual(kind: str, refusal: int, rng: np.random.Generator) -> Wearer:
    """Return a wearer with what differs from one to the next without any harm."""
    return Wearer(
        kind,
        refusal=refusal,
        levels=_levels(rng),
        effort=float(np.exp(rng.uniform(np.log(60), np.log(450)))),
        answer_s=rng.uniform(0.25, 0.6),
        noise=rng.uniform(1, 5),
        wander=rng.uniform(5, 60),
        pops_per_minute=rng.uniform(0, 1),
        offset=rng.uniform(-150, 150),
        vibration=rng.uniform(0, 60),
    )


def _levels(rng: np.random.Generator) -> tuple[float, ...]:
    """Return three efforts of one wearer: they differ by a tenth or so from squeeze to squeeze."""
    return tuple(np.clip(rng.uniform(0.75, 0.95) * (1 + 0.08 * rng.standard_normal(3)), 0.6, 1.0).tolist())


def _noise_for(contrast: float, wearer: Wearer) -> float:
    """Return the noise that leaves ``contrast`` between the middle squeeze and rest, both with it; 1 at least."""
    squeeze = wearer.effort * sorted(wearer.levels)[1] * EMG_TO_ENVELOPE * BEST_OF_SQUEEZE
    rest = wearer.effort * REST * RESTING_TO_ENVELOPE
    squared = (squeeze**2 - (contrast * rest) ** 2) / (contrast**2 - 1)
    return max(float(np.sqrt(max(squared, 0.0)) / NOISE_TO_ENVELOPE), 1.0)


def _good(rng: np.random.Generator) -> Wearer:
    wearer = _usual("good", 0, rng)
    grade = int(rng.integers(1, 4))
    contrast = rng.uniform(*((3.6, 5.0), (7.2, 10.0), (14.5, 30.0))[grade - 1])
    return replace(wearer, grade=grade, noise=_noise_for(contrast, wearer), hum=rng.uniform(0, 0.1) * wearer.effort)


def _saturated(rng: np.random.Generator) -> Wearer:
    wearer = _usual("saturated", SATURATED, rng)
    if rng.random() < 0.3:  # an input hangs at a rail
        return replace(wearer, offset=rng.choice([-1.0, 1.0]) * rng.uniform(2030, 2500), effort=min(wearer.effort, 150))
    return replace(wearer, effort=rng.uniform(1400, 4000))


def _humming(rng: np.random.Generator) -> Wearer:
    wearer = replace(_usual("hum", HUM, rng), effort=rng.uniform(60, 300))
    return replace(wearer, hum=min(wearer.effort * rng.uniform(1.7, 5), 1200), hum_hz=50 + rng.uniform(-0.1, 0.1))


def _off(rng: np.random.Generator) -> Wearer:
    wearer = _usual("lead off", ELECTRODE_OFF, rng)
    return replace(wearer, effort=0, noise=rng.uniform(0, 0.5), hum=0, wander=0, pops_per_minute=0, vibration=0)


def _weak(rng: np.random.Generator) -> Wearer:
    wearer = _usual("weak", WEAK, rng)
    wearer = replace(wearer, effort=min(wearer.effort, 100), pops_per_minute=0)  # more noise would saturate
    return replace(wearer, noise=_noise_for(rng.uniform(1.1, 2.5), wearer), hum=rng.uniform(0, 0.1) * wearer.effort)


def _moving(rng: np.random.Generator) -> Wearer:
    return replace(_usual("moving", MOVED, rng), restless=True, has_imu=bool(rng.random() < 0.6))


def _slipping(rng: np.random.Generator) -> Wearer:
    """Return one whose band slips as the second or the third squeeze begins."""
    wearer = _usual("slipping", SLIPPED, rng)
    lost = bool(rng.random() < 0.4)
    return replace(
        wearer,
        noise=rng.uniform(0.01, 0.03) * wearer.effort,
        slips_in=int(rng.integers(1, 3)),
        slips_s=rng.uniform(0.0, 0.4),
        gain_after=0.0 if lost else rng.uniform(0.05, 0.35),
        flat_after=lost,
    )


_DRAWN: dict[str, Callable[[np.random.Generator], Wearer]] = {
    "good": _good,
    "saturated": _saturated,
    "hum": _humming,
    "lead off": _off,
    "weak": _weak,
    "moving": _moving,
    "slipping": _slipping,
}
KINDS = tuple(_DRAWN)


def draw(kind: str, rng: np.random.Generator) -> Wearer:
    """Return a wearer of one of ``KINDS``, with the grade or the refusal that is right."""
    return _DRAWN[kind](rng)
