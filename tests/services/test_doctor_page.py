"""The page about the doctor, and the steps of assembly, say what the doctor says."""

import inspect
import re
from pathlib import Path

from buzzband.errors import BoardError, BuzzbandError, DriveError, LinkError, PortError
from buzzband.services import doctor_rules, doctor_wiring
from doc_pages import page, rows

ASSEMBLY = (Path(__file__).parents[2] / "hardware" / "assembly.md").read_text(encoding="utf-8")
RULES = inspect.getsource(doctor_rules) + inspect.getsource(doctor_wiring)
TOLD = re.findall(r'(?:fault|note)\(\s*"([a-z ]+)",\s*"(\w+)"', RULES)
CODES = (
    {code for _, code in TOLD} | set(re.findall(r'^    \((?:RAIL|FLAT|HUM), "(\w+)"', RULES, re.MULTILINE)) | {"busy"}
)
AREAS = {area for area, _ in TOLD} | set(re.findall(r'fine\("([a-z ]+)"', RULES))


def test_the_page_has_every_code_that_the_rules_have_and_no_other() -> None:
    named = {code for _, codes, _ in rows(page("doctor"), "area") for code in re.findall(r"`(\w+)`", codes)}
    errors = {kind.__name__ for family in (PortError, LinkError, BoardError, DriveError) for kind in _all(family)}
    assert named - errors == CODES


def test_the_page_has_every_area() -> None:
    assert {area for area, _, _ in rows(page("doctor"), "area") if area} == AREAS | {"prompt", "start"}


def test_assembly_names_no_area_and_quotes_no_line_that_there_is_not() -> None:
    for area in re.findall(r"(?:says `fine` to|and|,) `([a-z ]+)`", ASSEMBLY):
        assert area in AREAS | {"fine"}, area
    for words in ("MPU-6050 or a successor at ", "LSM6DSOX at ", "GP26 rests at", "GP14 is low", "up"):
        assert words in RULES
        assert words in ASSEMBLY


def test_every_step_that_the_rules_send_to_is_the_one_about_it() -> None:
    titles = dict(re.findall(r"^## (\d+)\. (.*)$", ASSEMBLY, re.MULTILINE))
    assert {step: titles[step] for step in re.findall(r"[Ss]tep (\d+) of", RULES)} == {
        "2": "Power",
        "4": "The motor, off the body",
        "5": "The movement sensor",
        "6": "The muscle sensor",
        "7": "The button",
    }


def _all(kind: type[BuzzbandError]) -> set[type[BuzzbandError]]:
    return {kind}.union(*(_all(child) for child in kind.__subclasses__()))
