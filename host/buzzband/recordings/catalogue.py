"""Which examples of real EMG there are, for those who want their names only."""

from dataclasses import dataclass

_SAMPLES = "biosignalsnotebooks/notebook_files/osf_files/signal_samples/"


@dataclass(frozen=True)
class Example:
    """One example. ``sha256`` is that of the file ``member``; ``contractions`` is how many an observer counts in it."""

    name: str
    what: str
    member: str
    sha256: str
    contractions: int


EXAMPLES = (
    Example(
        "fatigue",
        "biceps, 30 flexions until it tires, 12 bit, 127 s",
        _SAMPLES + "emg_fatigue.h5",
        "fc9accd86328e0c254ad5ae279e5ec633de95bf742f72e1884e080ad3751586d",
        30,
    ),
    Example(
        "bursts",
        "biceps, 9 bursts, 16 bit, 29 s",
        _SAMPLES + "emg_bursts.h5",
        "32989903d9196e7bf0db1306da56fda787fb6fe35591b06e9b68d040f036d5fb",
        9,
    ),
    Example(
        "taps",
        "adductor pollicis (thumb), 21 very short bursts, 16 bit, 88 s",
        _SAMPLES + "emg_1000_hz_16_bits_solo.h5",
        "9d529a65d3886c9a93d6cb9124608c9fd0c132b13599ef9c50dd1c45bb0f1dac",
        21,
    ),
    Example(
        "thumb",
        "adductor pollicis (thumb), 12 contractions, 16 bit, 41 s",
        _SAMPLES + "emg_1000_hz_16_bits.h5",
        "cbafbc72a5cc13a615dc07621b931d17d6723709b146d73d44426e3b62f39d99",
        12,
    ),
)
