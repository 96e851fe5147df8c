"""Reads a schematic back: which pins its wires and names join. Needs nothing but the picture."""

import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

WIRE = "#0a7a2f"
NAME = "#8a1f11"

_NEAR = 0.05  # in points

Point = tuple[float, float]


class Drawn:
    """What a schematic joins.

    ``nets`` maps a name to its nodes, "ref.pin"; ``unnamed`` are groups of nodes without one; ``clashes`` groups of
    names that are joined; ``written`` and ``names`` the names that are in the picture, and in its metadata.
    """

    def __init__(self, svg: str) -> None:
        root = ElementTree.fromstring(svg)
        data = json.loads(next(element for element in root.iter() if element.tag.endswith("metadata")).text or "")
        wires = list(_wires(root))
        self._points: list[tuple[str, Point]] = [(name, tuple(at)) for name, at in data["pins"].items()]
        self._points += [("=" + net, (x, y)) for net, x, y in data["names"]]
        self.written = sorted(_texts(root))
        self.names = sorted(net for net, _, _ in data["names"])
        groups = _groups(wires, self._points)
        self.nets: dict[str, set[str]] = defaultdict(set)
        self.clashes: list[set[str]] = []
        self.unnamed: list[set[str]] = []
        for group in groups:
            nets = {name[1:] for name in group if name.startswith("=")}
            nodes = {name for name in group if not name.startswith("=")}
            if len(nets) > 1:
                self.clashes.append(nets)
            elif nets:
                self.nets[nets.pop()] |= nodes
            elif nodes:
                self.unnamed.append(nodes)


def read(path: Path) -> Drawn:
    """Read a picture."""
    return Drawn(path.read_text(encoding="utf-8"))


def _wires(root: ElementTree.Element) -> Iterable[tuple[Point, Point]]:
    for element in root.iter():
        if element.tag.endswith("path") and WIRE in (element.get("style") or "") + (element.get("stroke") or ""):
            numbers = [float(number) for number in re.findall(r"-?[\d.]+(?:e-?\d+)?", element.get("d") or "")]
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            if len(points) == 2:
                yield points[0], points[1]


def _texts(root: ElementTree.Element) -> Iterable[str]:
    """Give what is written in the colour of nets."""
    for element in root.iter():
        if element.tag.endswith("text") and NAME in ElementTree.tostring(element, encoding="unicode"):
            yield "".join(element.itertext()).strip()


def _groups(wires: list[tuple[Point, Point]], points: list[tuple[str, Point]]) -> list[set[str]]:
    """Return which points are joined: by a wire that ends at or passes one, or by lying at one place."""
    parents = list(range(len(wires) + len(points)))

    def root_of(index: int) -> int:
        while parents[index] != index:
            index = parents[index]
        return index

    def join(one: int, other: int) -> None:
        parents[root_of(one)] = root_of(other)

    for i, wire in enumerate(wires):
        for j, other in enumerate(wires):
            if i != j and any(_is_on(end, other) for end in wire):
                join(i, j)
        for j, (_, at) in enumerate(points):
            if _is_on(at, wire):
                join(i, len(wires) + j)
    for i, (_, at) in enumerate(points):
        for j, (_, other_at) in enumerate(points):
            if i < j and _is_on(at, (other_at, other_at)):
                join(len(wires) + i, len(wires) + j)
    groups: dict[int, set[str]] = defaultdict(set)
    for index, (name, _) in enumerate(points):
        groups[root_of(len(wires) + index)].add(name)
    return list(groups.values())


def _is_on(point: Point, wire: tuple[Point, Point]) -> bool:
    (x, y), ((x1, y1), (x2, y2)) = point, wire
    length = math.hypot(x2 - x1, y2 - y1)
    if length < _NEAR:
        return abs(x - x1) < _NEAR and abs(y - y1) < _NEAR
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length
    across = abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length
    return across < _NEAR and -_NEAR < along < length + _NEAR
