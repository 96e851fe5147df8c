"""Settings on MicroPython's Unix port, whose JSON is not CPython's, with hardly more RAM than a band has."""

import json

import pytest

from buzzband.bundle import bytecode_files
from buzzband.engines.micropython import run_main
from buzzband_fw.store.schema import SCHEMA, is_valid, parse
from buzzband_fw.store.settings import Settings
from store.mutations import FLAT, WORN, mutated

COUNT = 700
PROGRAM = """
import gc, json
from buzzband_fw.store.schema import SCHEMA, is_valid
from buzzband_fw.store.settings import load

ballast = []
gc.collect()
while gc.mem_free() > 100000:  # words are twice as wide here
    ballast.append(bytearray(2000))
    gc.collect()
told = []
with open("told.jsonl", "w") as file:
    for number in range(COUNT):
        found = load("%d.json" % number)
        assert len(found.values) == len(SCHEMA)
        json.dump([found.problems, found.values], file)
        file.write("\\n")
"""
CHANGE = """
import json
from buzzband_fw.store.changes import Wrong
from buzzband_fw.store.settings import load

found = load("settings.json")
told = [found.change({"target_permille": 700, "tempo": "2-1-3"}), found.keep_calibration(250, 7000, (1, -2))]
for wrong in ({"hold_s": 0}, {"hold_s": True}, {"rest": 9000}, {"wearer": "Max"}, {"colour": 1}):
    try:
        found.change(wrong)
    except Wrong as error:
        told.append(error.args[0])
again = load("settings.json")
told += [again.problems, again.values == found.values, found.calibrated, found.tempo]
with open("settings.json", "w") as file:
    file.write("{")
last = load("settings.json")
told += [last.problems, last.rest, last.tempo]
with open("told.json", "w") as file:
    json.dump(told, file)
"""


def main(body: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return run_main({**bytecode_files(), **files, "main.py": body.replace("COUNT", str(COUNT)).encode()})


@pytest.mark.usefixtures("micropython_port")
def test_whatever_a_file_has_become_micropython_too_has_settings_and_says_what_is_wrong() -> None:
    data = list(mutated(COUNT, seed=3))
    told = main(PROGRAM, {f"{number}.json": each for number, each in enumerate(data)})["told.jsonl"].splitlines()
    assert len(told) == COUNT
    alike = 0
    for each, line in zip(data, told, strict=True):
        problems, values = json.loads(line)
        assert set(values) == set(SCHEMA)
        assert all(is_valid(name, value) for name, value in values.items())
        if problems == ["file"]:
            assert values == Settings({}).values
        document = parse(each)
        if document is not None and "file" not in problems:
            expected = Settings(document)
            assert (sorted(problems), values) == (sorted(expected.problems), expected.values)
            alike += 1
    assert alike > 100


@pytest.mark.usefixtures("micropython_port")
@pytest.mark.parametrize("given", [FLAT, WORN])
def test_changes_are_saved_and_refused_as_on_cpython(given: dict[str, object]) -> None:
    found = main(CHANGE, {"settings.json": json.dumps(given).encode()})
    assert json.loads(found["told.json"]) == [
        [1 if given is WORN else 2, 2], [3, 2], "hold_s", "hold_s", "reference",
        "wearer", "colour", [], True, True, "2-1-3", ["file"], given.get("rest", 300), "2-1-3",
    ]  # fmt: skip
    assert json.loads(found["settings.old"])["wearers" if given is WORN else "target_permille"]
