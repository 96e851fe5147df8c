"""What ``buzzband simulate`` may be told about a run."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from buzzband.engines.job import Settings
from buzzband_fw.store.schema import values_of

DEFAULTS: Mapping[str, Any] = values_of({})


@dataclass(frozen=True)
class Options:
    """How to run. None: not said; then it is the default, or with a band's log what it was in the session.

    ``rest`` and ``reference`` are envelopes in the core's unit, ``gain`` is in ADC codes per unit of the channel: not
    said, they are found from the recording. ``channel``: not said, the first EMG channel. The others: see
    ``engines.job.Settings``; ``mode`` and ``tempo`` are by default those of the exercise.
    """

    mode: str | None = None
    tempo: str | None = None
    hold_s: int | None = None
    steady_off_s: int | None = None
    load_kg: int | None = None
    one_rm_kg: int | None = None
    reps_max: int | None = None
    fatigue: bool | None = None
    exercise: str | None = None
    target_permille: int | None = None
    mains_hz: int | None = None
    rest: int | None = None
    reference: int | None = None
    gain: float | None = None
    channel: str | None = None
    engine: str = "cpython"

    def settings(self, values: Mapping[str, Any]) -> Settings:
        """Return the settings of ``values``, by name, with those that were said in their place."""
        names = [one.name for one in fields(Settings)]
        said: dict[str, Any] = {name: value for name in names if (value := getattr(self, name, None)) is not None}
        return Settings(**{name: values[name] for name in names} | said)
