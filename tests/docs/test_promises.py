"""What README and safety promise has a line in docs/promises.md, and the line a test."""

import re

import pytest

from docs.blocks import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!promise )([^|]+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def text_of(name: str) -> str:
    """A page as one line, without marks of emphasis."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").replace("**", "").split())


def rows_of(section: str) -> list[tuple[str, str]]:
    return ROW.findall(PAGE.split(f"## {section}\n")[1].split("\n## ")[0])


README, SAFETY = rows_of("README"), rows_of("Safety")


def test_every_row_is_read() -> None:
    assert len(README) + len(SAFETY) == PAGE.count("\n| ") - 2
    assert len(README) > 20


@pytest.mark.parametrize(
    ("promise", "name"),
    [(promise, "README.md") for promise, _ in README] + [(promise, "hardware/safety.md") for promise, _ in SAFETY],
)
def test_what_is_quoted_is_said(promise: str, name: str) -> None:
    assert promise in text_of(name)


@pytest.mark.parametrize(("promise", "tests"), README + SAFETY)
def test_a_promise_names_tests_that_exist_or_says_why_there_is_none(promise: str, tests: str) -> None:
    named = NAMED.findall(tests)
    assert named or re.match(r"none: \w", tests)
    for path, test in named:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert not test or f"\ndef {test}(" in text or f"\nasync def {test}(" in text, test


def test_each_point_of_the_readme_has_a_line() -> None:
    what = (ROOT / "README.md").read_text(encoding="utf-8").split("## What it does")[1].split("\n## ")[0]
    points = [point.rstrip(".") for point in re.findall(r"^- \*\*(.+?)\*\*", what, re.MULTILINE)]
    assert len(points) >= 10
    assert set(points) <= {promise for promise, _ in README}
