"""Finding channels by what they are called: EMG, accelerometer, gyroscope."""

import re
from dataclasses import dataclass

import numpy as np

from buzzband.errors import BadRate, BadSamples, NoSuchChannel, UnknownFormat
from buzzband.recordings.adc import SAMPLE_MAX
from buzzband.recordings.model import Channel, Recording, Samples

EMG_RATES_HZ = (100.0, 30_000.0)
STANDARD_GRAVITY = 9.80665  # m/s²

_UNIT = re.compile(r"(?P<label>.*?)\s*[\[(](?P<unit>[^\[\]()]*)[\])]")
_AXIS = re.compile(r"(?P<sensor>acc|gyr).*(?P<axis>[xyz123])", re.IGNORECASE)
_AXES = {"x": 0, "1": 0, "y": 1, "2": 1, "z": 2, "3": 2}
_METRES = ["m/s2", "m/s/s", "ms-2", "m.s-2", "m/sec2"]
_A_SECOND = ["/s", "/sec", "/second", "s-1", ".s-1"]
_TO_G = {"": 1.0, "g": 1.0, "mg": 1e-3} | dict.fromkeys(_METRES, 1 / STANDARD_GRAVITY)
_TO_DEGREES = {"": 1.0, "dps": 1.0, "mdps": 1e-3}
_TO_DEGREES |= {angle + by: 1.0 for angle in ("deg", "°", "degree", "degrees") for by in _A_SECOND}
_TO_DEGREES |= {angle + by: 180 / np.pi for angle in ("rad", "radian", "radians") for by in _A_SECOND}
_FACTORS = {"acc": _TO_G, "gyr": _TO_DEGREES}
_PLAIN = str.maketrans({"²": "2", "¹": "1", "⁻": "-", "−": "-", "º": "°", "·": ".", "*": ".", "^": "", " ": ""})


@dataclass(frozen=True, eq=False)
class Motion:
    """One three-axis sensor. ``samples``: shape (n, 3), columns x, y, z."""

    rate_hz: float
    samples: Samples


@dataclass(frozen=True, eq=False)
class Imu:
    """What moved: ``accelerometer`` in g, ``gyroscope`` in deg/s; None for the one that was not recorded."""

    accelerometer: Motion | None
    gyroscope: Motion | None


def split_unit(text: str) -> tuple[str, str]:
    """Split ``AccX [m/s^2]`` or ``AccX (m/s^2)`` into label and unit; the unit is empty when there is none."""
    match = _UNIT.fullmatch(text.strip())
    return (match["label"], match["unit"].strip()) if match else (text.strip(), "")


def emg_channel(recording: Recording, name: str | None = None) -> tuple[Channel, tuple[str, ...]]:
    """Return the EMG channel, and the labels of the other channels that were passed over for it.

    With ``name``, the first of exactly that label, upper or lower case. Without, the first whose label starts with
    EMG, or the only channel there is. Raises NoSuchChannel, which lists the channels that there are.
    """
    found = _emg(recording) if name is None else _named(recording, name)
    return found[0], tuple(channel.label for channel in found[1:])


def _emg(recording: Recording) -> list[Channel]:
    found = [channel for channel in recording.channels if channel.label.casefold().startswith("emg")]
    if not found and len(recording.channels) == 1 and not _axis(recording.channels[0]):
        found = list(recording.channels)
    if not found:
        raise NoSuchChannel(f"{recording.name} has no channel whose label starts with EMG. {_listing(recording)}")
    return found


def check_emg_rate(channel: Channel) -> None:
    """Raise BadRate unless EMG can be worked on at the rate of this channel: 100 Hz to 30 kHz."""
    lowest, highest = EMG_RATES_HZ
    if not lowest <= channel.rate_hz <= highest:
        raise BadRate(
            f"Channel {channel.label!r} has {channel.rate_hz:g} samples a second; EMG needs {lowest:g} to {highest:g}.",
            hint="If the time column is not in seconds, name its unit (time_ms); or give the rate with --rate HZ.",
        )


def imu(recording: Recording) -> Imu | None:
    """Return the accelerometer and the gyroscope, or None when the recording has neither.

    Of several sensors of a kind, the first. A channel without a unit is taken to be in g or deg/s. Raises
    NoSuchChannel when an axis is missing, UnknownFormat for any other unit than g, mg, m/s², deg/s, mdps and rad/s,
    BadRate when the axes of a sensor differ in rate or length, and BadSamples for numbers that cannot be a signal.
    """
    accelerometer, gyroscope = _motion(recording, "acc"), _motion(recording, "gyr")
    return Imu(accelerometer, gyroscope) if accelerometer or gyroscope else None


def _named(recording: Recording, name: str) -> list[Channel]:
    wanted = name.strip().casefold()
    found = [channel for channel in recording.channels if channel.label.casefold() == wanted]
    if not found:
        raise NoSuchChannel(f"{recording.name} has no channel {name!r}. {_listing(recording)}")
    return found


def _listing(recording: Recording) -> str:
    return "Its channels: " + ", ".join(repr(channel.label) for channel in recording.channels)


def _axis(channel: Channel) -> tuple[str, int] | None:
    """Return which sensor ('acc', 'gyr') and which axis (0 to 2) a channel is, or None."""
    match = _AXIS.fullmatch(split_unit(channel.label)[0])
    return (match["sensor"].casefold(), _AXES[match["axis"].casefold()]) if match else None


def _motion(recording: Recording, sensor: str) -> Motion | None:
    axes: dict[int, Channel] = {}
    for channel in recording.channels:
        found = _axis(channel)
        if found and found[0] == sensor:
            axes.setdefault(found[1], channel)
    if not axes:
        return None
    ordered = _complete(recording, sensor, axes)
    samples = np.column_stack([_sane(channel).samples * _factor(channel, sensor) for channel in ordered])
    return Motion(ordered[0].rate_hz, samples)


def _complete(recording: Recording, sensor: str, axes: dict[int, Channel]) -> list[Channel]:
    """Return the channels of a sensor in the order x, y, z, or raise for what they lack."""
    ordered = [axes[index] for index in sorted(axes)]
    labels = ", ".join(channel.label for channel in ordered)
    if missing := [sensor.capitalize() + "XYZ"[index] for index in range(3) if index not in axes]:
        raise NoSuchChannel(
            f"{recording.name} has {labels}, but no {' and no '.join(missing)}.",
            hint="Record all three axes, or none of them.",
        )
    if len({(channel.rate_hz, len(channel.samples)) for channel in ordered}) > 1:
        raise BadRate(f"The axes {labels} of {recording.name} differ in rate or length.", hint="Record them together.")
    return ordered


def _sane(channel: Channel) -> Channel:
    if (largest := float(np.abs(channel.samples).max())) > SAMPLE_MAX:
        raise BadSamples(f"Channel {channel.label!r} holds a sample of size {largest:g}, which no signal can be.")
    return channel


def _factor(channel: Channel, sensor: str) -> float:
    """Return what to multiply by to get g or deg/s."""
    unit = channel.unit or split_unit(channel.label)[1]
    factor = _FACTORS[sensor].get(unit.casefold().translate(_PLAIN))
    if factor is None:
        wanted = "g, mg or m/s²" if sensor == "acc" else "deg/s, mdps or rad/s"
        raise UnknownFormat(f"Channel {channel.label!r} is in {unit!r}.", hint=f"Convert it to {wanted}.")
    return factor
