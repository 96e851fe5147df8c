"""Turns the SVG that matplotlib writes into one that a page can hold: colours and fonts come from the page's CSS."""

import re
from xml.etree import ElementTree

INKS = {
    name: f"#0000{number:02x}"
    for number, name in enumerate(
        (
            *("text", "grid", "muscle", "spoilt", "target", "rearm", "buzz", "move", "set"),
            *("concentric", "held", "eccentric", "lifting", "pausing", "lowering", "doubt", "hatch"),
        ),
        1,
    )
}
"""Stand-ins: matplotlib draws in these, and ``inline`` puts the classes ``f-NAME`` (fill) and ``s-NAME`` (stroke)."""

_NAMES = {colour: name for name, colour in INKS.items()}
_LEFT_TO_CSS = frozenset(("font", "font-family"))
_BESIDE_LETTERS = re.compile(r"\s+(?=[A-Za-z])|(?<=[A-Za-z])\s+")
_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"(?<=url\(#)[\w-]+(?=\))|(?<=^#)m[\w-]+$")  # to a clip path or pattern; to a marker


def inline(svg: str, prefix: str, label: str) -> str:
    """Return ``svg`` as an element of a page, told as one picture with ``label`` in its place.

    There are no style attributes left, so that the page's policy can forbid them. Ids get ``prefix``: a page has one
    name space for all its figures.
    """
    root = ElementTree.fromstring(svg)
    _drop(root)
    for element in root.iter():
        element.tag = _local(element.tag)
        element.text = (element.text or "").strip() or None
        element.tail = None
    used = {name for element in root.iter() for value in element.attrib.values() for name in _references(value)}
    for element in root.iter():
        element.attrib = _attributes(element.attrib, prefix, used)
    root.attrib = {"class": "picture", "viewBox": root.attrib["viewBox"], "role": "img", "aria-label": label}
    _unwrap(root)
    return ElementTree.tostring(root, encoding="unicode")


def _drop(root: ElementTree.Element) -> None:
    """Remove matplotlib's own style sheet, which would speak to the whole page, and its metadata."""
    for parent in list(root.iter()):
        for child in list(parent):
            if _local(child.tag) in ("style", "metadata"):
                parent.remove(child)


def _unwrap(parent: ElementTree.Element) -> None:
    """Put the children of groups that say nothing in the place of the group."""
    children: list[ElementTree.Element] = []
    for child in parent:
        _unwrap(child)
        bare = child.tag in ("g", "defs") and not child.attrib
        children += list(child) if bare and (child.tag == "g" or not len(child)) else [child]
    parent[:] = children


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _references(value: str) -> list[str]:
    return _REFERENCE.findall(value) if "#" in value else []  # most values are long paths, and refer to nothing


def _attributes(attributes: dict[str, str], prefix: str, used: set[str]) -> dict[str, str]:
    given = {_local(name): value for name, value in attributes.items()}
    if given.get("id") not in used:
        given.pop("id", None)
    for declaration in filter(None, given.pop("style", "").split(";")):
        name, _, value = declaration.partition(":")
        given[name.strip()] = value.strip()
    return _coloured({name: _tidy(name, value, prefix) for name, value in given.items() if name not in _LEFT_TO_CSS})


def _tidy(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if "#" in value:
        value = _REFERENCE.sub(rf"{prefix}-\g<0>", value)
    if name == "transform" and value.startswith("rotate(-0 "):
        return ""
    if name == "d":  # a tenth of a unit is a tenth of a pixel
        value = _BESIDE_LETTERS.sub("", value)
    return _NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), value)


def _coloured(attributes: dict[str, str]) -> dict[str, str]:
    """Replace the stand-ins by classes, and leave out attributes that say nothing."""
    inks = {name: _NAMES[attributes[name]] for name in ("fill", "stroke") if attributes.get(name) in _NAMES}
    classes = " ".join(f"{name[0]}-{ink}" for name, ink in inks.items())
    kept = {name: value for name, value in attributes.items() if name not in inks and value}
    return {"class": classes, **kept} if classes else kept
