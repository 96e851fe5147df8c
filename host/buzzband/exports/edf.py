"""A session as EDF+: activation, where there is any, and movement as signals; all that happened as annotations.

EDF+ (Kemp and Olivan, Clin Neurophysiol 114, 2003) has no value for a sample that is missing, so a second signal says
where the activation is one; and a start that is not known, or in a year that two digits cannot tell, is 01.01.85 in the
header and ``Startdate X`` beside it.
"""

import io
import math
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from edfio import Edf, EdfAnnotation, EdfSignal, Patient, Recording
from numpy.typing import NDArray

from buzzband.exports.events import events
from buzzband.exports.harmless import line, subfield
from buzzband.exports.take import LEVEL_PERCENT, MOVEMENT_STEP, RATE_HZ, About, Take

RECORD_S = 2  # the shortest that holds a whole number of every signal's samples
LEVEL_MAX = 1023
DEGREES_MAX = 255
START_UNKNOWN = "start_unknown"

_YEARS = range(1985, 2085)  # EDF has two digits
_NAME_MAX = 40  # of the 80 characters that EDF has for all that is told of the wearer, and 80 of the recording
_APP_MAX = 12


def edf_bytes(take: Take, *, named: bool = True) -> bytes:
    """Return the file. ``named``: whether it says who wore the band. A session without activation has none."""
    at = _start_of(take.about)
    file = Edf(
        list(_signals(take)),
        patient=Patient(name=subfield(take.about.wearer, _NAME_MAX) if named else "X"),
        recording=_recording(take.about),
        starttime=at.time().replace(microsecond=0) if at else None,
        data_record_duration=RECORD_S,
        annotations=[EdfAnnotation(one.onset_s, one.duration_s or None, line(one.text)) for one in events(take)],
    )
    stream = io.BytesIO()
    file.write(stream)
    return stream.getvalue()


def _start_of(about: About) -> datetime | None:
    """Return when it began, by the clock of the place; None if nobody knows, or EDF cannot tell that year."""
    at = about.start.at
    return at.astimezone() if at and at.year in _YEARS and at.astimezone().year in _YEARS else None


def _recording(about: About) -> Recording:
    """Return who recorded, what and when. A date in EDF is that of the place; which zone that is stands beside it."""
    at = _start_of(about)
    return Recording(
        startdate=at.date() if at else None,
        equipment_code=f"Buzzband_{subfield(about.app, _APP_MAX)}",
        additional=(about.session_id, f"UTC{at:%z}" if at else START_UNKNOWN),
    )


def _signals(take: Take) -> Iterator[EdfSignal]:
    percent = (0.0, round(LEVEL_MAX * LEVEL_PERCENT, 1))
    yield _signal(take, take.levels, 1, "Activation", "%", LEVEL_MAX, percent)
    yield _signal(take, take.valid, 1, "Valid", "", 1, (0, 1))
    if len(take.degrees):
        yield _signal(take, take.degrees, MOVEMENT_STEP, "Movement", "deg", DEGREES_MAX, (0, DEGREES_MAX))


def _signal(
    take: Take,
    values: NDArray[np.generic],
    step: int,
    label: str,
    unit: str,
    greatest: int,
    physical: tuple[float, float],
) -> EdfSignal:
    """Return a signal with a sample for every ``step`` activations, zeros behind its end up to a whole record."""
    samples = math.ceil(take.duration_s / RECORD_S) * RECORD_S * RATE_HZ // step
    digital = np.zeros(samples, np.int16)
    digital[: len(values)] = values[:samples]
    return EdfSignal.from_digital(
        digital,
        RATE_HZ / step,
        label=label,
        physical_dimension=unit,
        physical_range=physical,
        digital_range=(0, greatest),
    )
