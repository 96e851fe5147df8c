"""The pictures of the documentation are what the code draws now."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

import pictures

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
SVG = "{http://www.w3.org/2000/svg}"
HOMES = (ROOT / "host" / "buzzband", ROOT / "device" / "buzzband_fw")
CLOSE = 1.0  # pixels, and steps of ten pixels in what is scaled; versions of matplotlib lay out slightly differently

ARROW = re.compile(r"^    (\w+) -> (\w+)(.*);$", re.MULTILINE)
SOURCE = (DOCS / "architecture.dot").read_text(encoding="utf-8")
ARROWS = [(before, after) for before, after, _ in ARROW.findall(SOURCE)]
IMPORTS = [(before, after) for before, after, label in ARROW.findall(SOURCE) if not label]


def drawn(text: str) -> tuple[list[str], list[list[float]]]:
    """The words in a picture, and the coordinates of its lines."""
    elements = list(ElementTree.fromstring(text).iter())
    words = [element.text or "" for element in elements if element.tag == f"{SVG}text"]
    lines = [element.get("d", "") for element in elements if element.tag == f"{SVG}path"]
    return words, [[float(number) for number in re.findall(r"-?[\d.]+", line)] for line in lines]


@pytest.mark.parametrize("name", pictures.PLOTS)
def test_a_plot_is_what_the_code_draws_now(name: str) -> None:
    committed_words, committed = drawn((pictures.IMAGES / f"{name}.svg").read_text(encoding="utf-8"))
    words, lines = drawn(pictures.PLOTS[name]())
    assert words == committed_words
    assert [len(line) for line in lines] == [len(line) for line in committed]
    for line, before in zip(lines, committed, strict=True):
        assert line == pytest.approx(before, abs=CLOSE), "make figures, and look at what has changed"


def test_a_plot_names_no_date_and_no_machine() -> None:
    for name in pictures.PLOTS:
        text = (pictures.IMAGES / f"{name}.svg").read_text(encoding="utf-8")
        assert not re.search(r"<metadata|/home/|20\d\d-\d\d", text)


@pytest.mark.parametrize("name", pictures.DRAWINGS)
def test_a_drawing_has_the_arrows_of_its_source(name: str) -> None:
    titles = ElementTree.parse(pictures.IMAGES / f"{name}.svg").iter(f"{SVG}title")
    shown = {tuple((title.text or "").split("->")) for title in titles if "->" in (title.text or "")}
    source = (DOCS / f"{name}.dot").read_text(encoding="utf-8")
    assert shown == {(before, after) for before, after, _ in ARROW.findall(source)}


def files_of(package: str) -> list[Path]:
    found = [path for home in HOMES for path in (home / f"{package}.py", *(home / package).rglob("*.py"))]
    return [path for path in found if path.exists()]


def imported_by(package: str) -> set[str]:
    """The packages and modules below ours that its files import."""
    names: set[str] = set()
    for path in files_of(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith(("buzzband.", "buzzband_fw."))}


@pytest.mark.parametrize(("before", "after"), IMPORTS)
def test_an_arrow_of_the_architecture_is_an_import(before: str, after: str) -> None:
    assert after in imported_by(before)


@pytest.mark.parametrize("name", sorted({name for arrow in ARROWS for name in arrow}))
def test_what_the_architecture_names_exists(name: str) -> None:
    assert files_of(name)


def test_a_screenshot_is_small() -> None:
    assert 10_000 < (pictures.IMAGES / "report.png").stat().st_size <= 200_000
