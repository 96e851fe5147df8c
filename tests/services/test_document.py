"""The document of ``simulate --json``: its schema, its page, and what is really printed."""

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from buzzband.outcome import Hold, Outcome
from buzzband.recordings import synth
from buzzband.services.demo import DemoPage, demo
from buzzband.services.document import DEMO_SCHEMA, SIMULATE_SCHEMA, demo_document, simulate_document
from buzzband_fw import names
from buzzband_fw.core import exercises, hold, quality, sets
from doc_pages import rows
from report.builders import moving, steady, with_sets
from services.builders import bursts, channel, flat, ran, recording
from services.test_replay import told as replayed

SCHEMA = json.loads((files("buzzband") / "schemas" / "simulate.json").read_text(encoding="utf-8"))
PAGE = Path(__file__).parents[2] / "docs" / "simulate-json.md"

OUTCOMES: dict[str, Callable[[], Outcome]] = {
    "three bursts": ran,
    "demo": lambda: demo(1).outcome,
    "session": lambda: ran(synth.build(synth.demo_session(), seed=3).recording, target_permille=600),
    "one second": lambda: ran(recording(channel(bursts()[:1000]))),
    "flat line": lambda: ran(flat()),
    "on the rails": lambda: ran(gain=1e9),
    "hum": lambda: ran(recording(channel(np.sin(np.arange(10_000) * 0.1 * np.pi)))),
    "noise": lambda: ran(recording(channel(np.random.default_rng(1).standard_normal(10_000)))),
    "huge": lambda: ran(recording(channel(1e99 * bursts()))),
    "tiny": lambda: ran(recording(channel(1e-99 * bursts()))),
    "tinier": lambda: ran(recording(channel(1e-310 * bursts()))),
    "one spike": lambda: ran(recording(channel(np.eye(1, 5000, 2500).ravel()))),
    "two channels at 200 Hz": lambda: ran(
        recording(channel(bursts(200), 200, "EMG «left»"), channel(bursts(200), 200, "EMG right"), name="lundi\t💪.csv")
    ),
    "everything given": lambda: ran(rest=0, reference=1, gain=0.001, target_permille=2000, mains_hz=60),
    "reference below rest": lambda: ran(rest=5000, reference=3),
}


def schemas(at: dict[str, Any] = SCHEMA) -> Iterator[dict[str, Any]]:
    """Every schema within the schema."""
    yield at
    for value in at.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from schemas(one)


def objects() -> list[dict[str, Any]]:
    return [one for one in schemas() if one.get("type") == "object"]


def problems(document: object) -> list[str]:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_is_printed_is_what_the_schema_says(name: str) -> None:
    printed = json.dumps(simulate_document(OUTCOMES[name]()), allow_nan=False)
    assert problems(json.loads(printed)) == []


def test_the_document_tells_the_outcome() -> None:
    told = ran()
    document = simulate_document(told)
    assert document["activation"] == {"rate_hz": 50, "permille": told.permille.tolist()}
    assert [cue["t_s"] for cue in document["cues"]] == [cue.t_s for cue in told.cues]
    assert [rep["peak_permille"] for rep in document["reps"]] == [rep.peak_permille for rep in told.reps]
    assert [one["reps"] for one in document["sets"]] == [one.reps for one in told.sets]
    assert (document["imu"], document["exercise"], document["movement"]["degrees"]) == (False, "custom", [])


def test_movement_holds_and_steady_sets_are_what_the_schema_says() -> None:
    told = moving(steady(holds=(Hold(1.0, 4.0, 500),)))
    document = json.loads(json.dumps(simulate_document(told), allow_nan=False))
    assert problems(document) == []
    assert document["movement"] == {"rate_hz": 12.5, "degrees": told.movement.tolist()}
    assert document["holds"] == [{"start_s": 1.0, "end_s": 4.0, "mean_permille": 500}]
    (one,) = document["sets"]
    assert (one["pace"], one["cycle_s"], one["cadence_rpm"]) == ("steady", 0.75, 80)


def test_a_session_once_more_is_what_the_schema_says(tmp_path: Path) -> None:
    told = replayed(tmp_path, target_permille=700, fatigue=True)
    document = json.loads(json.dumps(simulate_document(told), allow_nan=False))
    assert problems(document) == []
    assert (document["sample_rate_hz"], document["gain"]) == (None, None)
    again = document["replay"]
    assert again["changed"][1] == {"setting": "fatigue", "then": False, "now": True}
    assert again["sets"] == [{"then": 3, "now": 1}]
    assert len(again["reps"]) == len(document["reps"])
    assert set(again["cues"][0]) == {"t_s", "word", "again_s"}
    assert (again["clips"], again["torn_clips"]) == ([], 0)


def test_a_set_of_reps_has_no_cadence() -> None:
    document = simulate_document(with_sets((700, 700)))
    assert problems(document) == []
    assert [one["cadence_rpm"] for one in document["sets"]] == [None]


def test_the_schema_is_a_schema_and_names_no_host() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == SIMULATE_SCHEMA == SCHEMA["properties"]["schema"]["const"]
    assert "://" not in json.dumps({key: value for key, value in SCHEMA.items() if key != "$schema"})


def test_the_schema_asks_for_every_field_and_refuses_any_other() -> None:
    assert len(objects()) == 15
    for one in objects():
        assert one["additionalProperties"] is False
        assert set(one["required"]) == set(one["properties"])


def test_the_schema_describes_every_field() -> None:
    for one in objects():
        for name, field in one["properties"].items():
            described = field if "description" in field else SCHEMA["$defs"][field["$ref"].rsplit("/", 1)[1]]
            assert described["description"].endswith("."), name


def test_the_schema_gives_every_number_a_range() -> None:
    for one in schemas():
        if {"number", "integer"} & set(one.get("type", ()) if isinstance(one.get("type"), list) else [one.get("type")]):
            assert {"minimum", "exclusiveMinimum"} & set(one), one


def test_the_schema_knows_every_word_flag_source_pace_and_exercise() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["rep"]["properties"]["source"]["enum"] == sorted(set(names.SOURCES), key=names.SOURCES.index)
    assert definitions["set"]["properties"]["pace"]["enum"] == list(exercises.PACES)
    assert SCHEMA["properties"]["exercise"]["enum"] == list(exercises.NAMES)
    assert definitions["word"]["enum"] == list(names.WORDS[1:])
    assert definitions["quality"]["properties"]["flag"]["enum"] == list(quality.NAMES)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"extra": 1}, "extra"),
        ({"mains_hz": 55}, "mains_hz"),
        ({"duration_s": "10"}, "duration_s"),
        ({"activation": {"rate_hz": 50, "permille": [4001]}}, "permille"),
        ({"cues": [{"t_s": -1, "word": "on_target"}]}, "t_s"),
        ({"schema": "buzzband/simulate/2"}, "schema"),
    ],
)
def test_the_schema_refuses_what_cannot_be(change: dict[str, object], complaint: str) -> None:
    (problem,) = problems({**simulate_document(ran()), **change})
    assert complaint in problem


@pytest.mark.parametrize("missing", SCHEMA["required"])
def test_the_schema_misses_every_field(missing: str) -> None:
    document = simulate_document(ran())
    del document[missing]
    assert len(problems(document)) == 1


def test_the_demo_prints_the_same_fields_and_three_more_under_a_name_of_its_own() -> None:
    told = demo(1).outcome
    document = demo_document(DemoPage(Path("out") / "session.html", Path("out") / "session.bbl", told, true_reps=27))
    assert document.pop("page") == str(Path("out") / "session.html")
    assert document.pop("log") == str(Path("out") / "session.bbl")
    assert document.pop("truth") == {"reps": 27}
    assert document.pop("schema") == DEMO_SCHEMA
    assert {**document, "schema": SIMULATE_SCHEMA} == simulate_document(told)


def test_the_page_names_every_field() -> None:
    named = set(re.findall(r"`([\w.\[\]]+)`", PAGE.read_text(encoding="utf-8")))
    for name, field in SCHEMA["properties"].items():
        definition = SCHEMA["$defs"].get(field.get("$ref", field.get("items", {}).get("$ref", "")).rsplit("/", 1)[-1])
        prefix = name + ("[]" if field.get("type") == "array" else "")
        if definition is None:
            assert prefix in named
            continue
        for inner, inside in definition["properties"].items():
            assert f"{prefix}.{inner}" + ("[]" if inside.get("type") == "array" else "") in named


@pytest.mark.parametrize(
    "value",
    [
        *("rail", "flat", "hum", "on_target", "reach", "tilt", "turn", "emg", "reps", "steady"),
        *("cpython", "micropython", "pico", *exercises.NAMES),
    ],
)
def test_the_page_names_every_value(value: str) -> None:
    assert f"`{value}`" in PAGE.read_text(encoding="utf-8")


def test_the_page_s_example_is_right() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert problems(json.loads(example)) == []


def test_the_page_gives_the_thresholds_of_the_core() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    window_s = quality.WINDOW_BLOCKS / 100
    assert f"Judged every {window_s:g} s on {quality.WINDOW_BLOCKS * 12} samples" in text
    assert f"after {sets.QUIET_MS // 1000} s in which" in text
    assert f"at least {hold.TOLD_MS // 1000} s of work at {hold.HOLD_PERCENT} % of the target" in text
    assert f"less than {hold.STILL_DPS} °/s" in text


def test_the_page_lists_every_exercise_as_the_core_has_it() -> None:
    found = [[cell.strip("`") for cell in row] for row in rows(PAGE.read_text(encoding="utf-8"), "exercise")]
    assert found == [
        [one.name, "letting down" if one.lowers_first else "lifting", exercises.PACES[one.pace], *_least(one)]
        for one in map(exercises.named, exercises.NAMES)
    ]


def _least(one: exercises.Exercise) -> list[str]:
    """The least seconds of both phases, as far as there are any."""
    return [f"{ms / 1000:g}" if ms else "" for ms in (one.concentric_min_ms, one.eccentric_min_ms)]
