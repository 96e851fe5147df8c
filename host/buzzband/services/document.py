"""Results as JSON documents. The one of ``simulate`` is a contract: docs/simulate-json.md and schemas/simulate.json."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from buzzband.outcome import Outcome
from buzzband.services.demo import DemoPage
from buzzband.services.selftest import EngineReport

SIMULATE_SCHEMA = "buzzband/simulate/1"
DEMO_SCHEMA = "buzzband/demo/1"


def simulate_document(told: Outcome) -> dict[str, Any]:
    """Return the document that ``buzzband simulate --json`` prints."""
    return {
        "schema": SIMULATE_SCHEMA,
        "name": told.name,
        "engine": told.engine,
        "sample_rate_hz": told.sample_rate_hz,
        "duration_s": told.duration_s,
        "mains_hz": told.mains_hz,
        "mode": told.mode,
        "exercise": told.exercise,
        "target_permille": told.target_permille,
        "gain": told.gain,
        "calibration": asdict(told.calibration),
        "activation": {"rate_hz": told.rate_hz, "permille": told.permille.tolist()},
        "imu": told.imu,
        "movement": {"rate_hz": told.movement_rate_hz, "degrees": told.movement.tolist()},
        "cues": [asdict(cue) for cue in told.cues],
        "withheld": [asdict(cue) for cue in told.withheld],
        "reps": [asdict(rep) for rep in told.reps],
        "sets": [{**asdict(one), "cadence_rpm": one.cadence_rpm} for one in told.sets],
        "holds": [asdict(hold) for hold in told.holds],
        "quality": [asdict(span) for span in told.quality],
        "notes": list(told.notes),
        "replay": None if told.replay is None else asdict(told.replay),
    }


def demo_document(done: DemoPage) -> dict[str, Any]:
    """Return the document that ``buzzband demo --json`` prints: that of ``simulate``, the page and the truth."""
    told = {**simulate_document(done.outcome), "schema": DEMO_SCHEMA}
    return {**told, "page": str(done.page), "log": str(done.log), "truth": {"reps": done.true_reps}}


def selftest_document(reports: Sequence[EngineReport]) -> dict[str, Any]:
    """Return the document that ``buzzband selftest --json`` prints. What did not run is not right."""
    return {
        "right": any(report.vectors for report in reports) and all(report.right for report in reports),
        "engines": [
            {
                "engine": report.engine,
                "right": None if report.left_out else report.right,
                "left_out": report.left_out or None,
                "vectors": [{**asdict(vector), "right": vector.right} for vector in report.vectors],
            }
            for report in reports
        ],
    }
