"""Every link within the repository leads somewhere: files, and headings in them."""

import re
from collections import Counter
from pathlib import Path

import pytest

from docs.blocks import PAGES, ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([\w-]+))?\)")
FENCED = re.compile(r"^ *(```+).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^(#{1,6}) +(.*?) *$", re.MULTILINE)
PATH = re.compile(r"`((?:docs|hardware|tests|host|device|\.ci)/[\w./-]*\w)(?:/)?(?:::(\w+))?`")
DEEPEST = 3  # docs/conf.py gives anchors to headings down to here


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """What its headings are called, as GitHub and Sphinx both do it."""
    seen: Counter[str] = Counter()
    found = set()
    for marks, title in HEADING.findall(prose(path)):
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        if len(marks) <= DEEPEST:
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def broken(path: Path, text: str) -> list[str]:
    """The links in ``text``, of a page at ``path``, that lead nowhere."""
    found = []
    for target, anchor in LINK.findall(text):
        there = path.parent / target if target else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            found.append(f"{target}#{anchor}")
    return found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_to_files_and_headings(path: Path) -> None:
    assert broken(path, prose(path)) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_files_and_tests_that_are_named_exist(path: Path) -> None:
    for name, test in PATH.findall(prose(path)):
        assert (ROOT / name).exists(), name
        assert not test or f"def {test}(" in (ROOT / name).read_text(encoding="utf-8"), test


def test_there_are_links_to_check() -> None:
    assert sum(len(LINK.findall(prose(path))) for path in PAGES) > 100


@pytest.mark.parametrize("text", ["[a](none.md)", "[](start.md#none)", "![a](images/none.svg)", "[a](#none)"])
def test_a_link_that_leads_nowhere_is_found(text: str) -> None:
    assert len(broken(ROOT / "docs" / "index.md", text)) == 1
