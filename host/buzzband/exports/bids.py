"""Sessions as a BIDS dataset, with what BIDS 1.11 asks of electromyography (EMG).

What a band keeps is activation, not the muscle's raw signal, so the dataset says of itself that it is a derivative.
Names of wearers are not in it: they are sub-01 and so on. Nobody tells the band where the electrodes are, so there are
no electrodes.tsv and no coordsystem.json, which BIDS asks for only where positions are known.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import buzzband
from buzzband.exports.edf import edf_bytes
from buzzband.exports.events import COLUMNS, KINDS, events
from buzzband.exports.harmless import label, line
from buzzband.exports.tables import Cell, event_row, utc
from buzzband.exports.take import MOVEMENT_STEP, RATE_HZ, Take

BIDS_VERSION = "1.11.1"
NOT_KNOWN = "n/a"

Content = Callable[[], bytes]
"""Makes the content of a file, once it is written."""

_README = """\
# Sessions of a Buzzband

A Buzzband feels a muscle with surface electrodes and buzzes when it reaches the activation that its wearer aims for.
Each recording is what the band has kept of a session: activation in percent of the reference of that session's
calibration (rectified, averaged twice with 27 and 53 ms, 50 values a second in steps of 0.4 %), and how far the limb
was from its pose of rest. It is not the raw signal of the muscle. Activation does not compare across sessions as a
voltage would: each has a calibration of its own.

Where the channel Valid is 0 there is no activation, and the 0 in its place means nothing. Events tell sets, reps, words
of the motor, signal quality, gaps and faults. Names of wearers are not part of this dataset.
"""

_CHANNELS = {
    "description": {"Description": "What the channel holds."},
    "sampling_frequency": {"Description": "Samples a second.", "Units": "Hz"},
}


@dataclass(frozen=True)
class Subject:
    """A wearer and the label of the folder with the sessions."""

    label: str
    wearer: str


def subjects(takes: Iterable[Take]) -> tuple[Subject, ...]:
    """Return a subject for each wearer, and one for all sessions of each band whose wearer has no name."""
    wearers = sorted({_wearer(take) for take in takes})
    return tuple(Subject(f"{number:02}", wearer) for number, wearer in enumerate(wearers, 1))


def dataset(takes: Sequence[Take]) -> Iterator[tuple[str, Content]]:
    """Yield the files of the dataset, each with its path in it."""
    labels = {subject.wearer: subject.label for subject in subjects(takes)}
    participants = [[f"sub-{one}"] for one in labels.values()]
    yield "dataset_description.json", lambda: _json(_DESCRIPTION)
    yield "README.md", _README.encode
    yield "participants.tsv", lambda: _tsv(["participant_id"], participants)
    for take in takes:
        yield from _session(take, labels[_wearer(take)])


def _session(take: Take, subject: str) -> Iterator[tuple[str, Content]]:
    session = label(take.name.removeprefix("session"))
    folder = f"sub-{subject}/ses-{session}"
    stem = f"sub-{subject}_ses-{session}_task-{label(take.about.exercise) or 'unknown'}"
    scan = [f"emg/{stem}_emg.edf", utc(take.about.start.at)]
    yield f"{folder}/emg/{stem}_emg.edf", lambda: edf_bytes(take, named=False)
    yield f"{folder}/emg/{stem}_emg.json", lambda: _json(_sidecar(take))
    yield f"{folder}/emg/{stem}_channels.tsv", lambda: _tsv(_CHANNEL_HEADER, _channels(take))
    yield f"{folder}/emg/{stem}_channels.json", lambda: _json(_CHANNELS)
    yield f"{folder}/emg/{stem}_events.tsv", lambda: _tsv(_EVENT_HEADER, map(event_row, events(take)))
    yield f"{folder}/emg/{stem}_events.json", lambda: _json(_EVENTS)
    yield f"{folder}/sub-{subject}_ses-{session}_scans.tsv", lambda: _tsv(["filename", "acq_time"], [scan])


def _wearer(take: Take) -> str:
    return take.about.wearer or f"whoever wore {take.about.band or 'a band'}"


def _sidecar(take: Take) -> dict[str, Any]:
    about = take.about
    target = f"{about.target_permille / 10:g} percent"
    return {
        "TaskName": line(about.exercise) or "unknown",
        "TaskDescription": f"Training with a target of {target}, cue mode {line(about.mode)}.",
        "Manufacturer": "Buzzband",
        "DeviceSerialNumber": line(about.band) or NOT_KNOWN,
        "SoftwareVersions": line(about.app) or NOT_KNOWN,
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": "Placed by the wearer; where exactly was not recorded.",
        "EMGReference": "Bipolar",
        "EMGChannelCount": 1,
        "SamplingFrequency": RATE_HZ,
        "PowerLineFrequency": about.mains_hz,
        "RecordingType": "continuous",
        "RecordingDuration": take.duration_s,
        "HardwareFilters": NOT_KNOWN,
        "SoftwareFilters": _filters(about.mains_hz),
    }


def _filters(mains_hz: int) -> dict[str, Any]:
    """Return what the signal went through before it was rectified and averaged: see docs/how-it-works.md."""
    return {
        "High-pass": {"cutoff (Hz)": 20, "order": 2, "type": "Butterworth"},
        "Comb": {"frequency (Hz)": mains_hz, "harmonics": "all"},
        "Low-pass": {"cutoff (Hz)": 140, "order": 4, "type": "Butterworth"},
        "Rectifier": {"type": "full wave"},
        "Averages": {"time constants (s)": [0.027, 0.053]},
    }


_CHANNEL_HEADER = (
    "name", "type", "units", "description", "sampling_frequency", "signal_electrode", "reference", "target_muscle",
    "low_cutoff", "high_cutoff", "notch",
)  # fmt: skip


def _channels(take: Take) -> Iterator[list[Cell]]:
    other: list[Cell] = [None] * 6
    filters: list[Cell] = [20, 140, take.about.mains_hz]
    what = "Activation in percent of the reference of the calibration: the envelope of the EMG"
    yield ["Activation", "EMG", "%", what, RATE_HZ, "Activation", "bipolar", None, *filters]
    yield ["Valid", "MISC", None, "1 where there is an activation, 0 where there is none", RATE_HZ, *other]
    if len(take.degrees):
        what = "Degrees away from the limb's pose of rest"
        yield ["Movement", "MISC", "deg", what, RATE_HZ / MOVEMENT_STEP, *other]


_EVENT_HEADER = ("onset", "duration", "trial_type", "name", *COLUMNS)
_EVENTS: Mapping[str, Any] = {
    "trial_type": {"Description": "What it is.", "Levels": dict(KINDS)},
    "name": {"Description": "Which word, flag, fault or end it is."},
    **{name: {"Description": what} for name, what in COLUMNS.items()},
}
_DESCRIPTION: Mapping[str, Any] = {
    "Name": "Sessions of a Buzzband",
    "BIDSVersion": BIDS_VERSION,
    "DatasetType": "derivative",
    "GeneratedBy": [
        {
            "Name": "buzzband export",
            "Version": buzzband.__version__,
            "Description": "Activation of a muscle as the band worked it out and kept it",
        }
    ],
}


def _json(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _tsv(header: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return a table as BIDS has it: tabs, no quotes, ``n/a`` where there is nothing."""
    lines = [header, *([_cell(value) for value in row] for row in rows)]
    return "".join("\t".join(one) + "\n" for one in lines).encode()


def _cell(value: Cell) -> str:
    return NOT_KNOWN if value is None or value == "" else line(str(value))
