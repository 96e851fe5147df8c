"""The netlist: parts, their pins and nets, cables, and the builds that its options allow. Read from hardware/*.toml."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

HARDWARE = Path(__file__).parents[1]
VARIANTS = ("pwm", "drv2605l")

_SCALES = {"": 1.0, "k": 1e3, "M": 1e6, "m": 1e-3, "µ": 1e-6, "n": 1e-9, "p": 1e-12}

Node = tuple[str, str]  # a part and one of its pins


class NetlistError(Exception):
    """The files contradict themselves."""


@dataclass(frozen=True)
class Kind:
    """What a part is: ``pins`` maps number or pad to (name, kind); ``facts`` is the rest of its table in parts.toml."""

    name: str
    pins: Mapping[str, tuple[str, str]]
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A part: ``nets`` maps its pins to nets; ``fit`` the options it needs to their values."""

    ref: str
    kind: Kind
    nets: Mapping[str, str]
    open: frozenset[str]
    fit: Mapping[str, str]
    place: str
    value: str
    passes: tuple[tuple[str, str], ...]

    def pin_kind(self, pin: str) -> str:
        """Return what sort of pin it is: io, in, supply_in …"""
        return self.kind.pins[pin][1]


@dataclass(frozen=True)
class Cable:
    """A cable: ``wires`` are (node on the near side, node on the far side, colour)."""

    ref: str
    wires: tuple[tuple[Node, Node, str], ...]
    length_mm: int
    shield: bool
    twisted: bool


@dataclass(frozen=True)
class Netlist:
    """A variant with all its options, or one build of it."""

    variant: str
    parts: Mapping[str, Part]
    cables: Mapping[str, Cable]
    volts: Mapping[str, tuple[float, float, float]]
    pulls: Mapping[str, str]
    options: Mapping[str, tuple[str, ...]]
    chosen: Mapping[str, str] = field(default_factory=dict)

    def nets(self) -> dict[str, list[Node]]:
        """Return which nodes each net joins."""
        nets = defaultdict(list)
        for part in self.parts.values():
            for pin, net in part.nets.items():
                nets[net].append((part.ref, pin))
        return dict(nets)

    def builds(self) -> Iterator["Netlist"]:
        """Give every build that the options allow."""
        for values in product(*self.options.values()):
            chosen = dict(zip(self.options, values, strict=True))
            parts = {
                ref: part
                for ref, part in self.parts.items()
                if all(chosen[option] == value for option, value in part.fit.items())
            }
            yield Netlist(self.variant, parts, self.cables, self.volts, self.pulls, self.options, chosen)


def number(value: str) -> float:
    """Return a value like "3.3 kΩ" in its base unit. Raises NetlistError."""
    match = re.fullmatch(r"([\d.]+) ?([kMmµnp]?)(Ω|F|A|V|H|)", value)
    if not match:
        raise NetlistError(f"not a value: {value!r}")
    return float(match[1]) * _SCALES[match[2]]


def load(variant: str, folder: Path = HARDWARE) -> Netlist:
    """Read a variant. Raises NetlistError."""
    own = _table(folder / f"netlist-{variant}.toml")
    common = _table(folder / own["include"])
    kinds = {name: _kind(table) for name, table in _table(folder / "parts.toml").items()}
    tables = {**common["part"], **own["part"]}
    if len(tables) < len(common["part"]) + len(own["part"]):
        raise NetlistError(f"{variant}: a part of the common netlist is there twice")
    options = {**common["options"], **own.get("options", {})}
    return Netlist(
        variant,
        {ref: _part(ref, table, kinds) for ref, table in tables.items()},
        {ref: _cable(ref, table) for ref, table in {**common["cable"], **own["cable"]}.items()},
        {net: tuple(volts) for net, volts in common["volts"].items()},
        common["pulls"],
        {name: tuple(values) for name, values in options.items()},
    )


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _kind(table: dict[str, Any]) -> Kind:
    pins = [pin.split() for pin in table["pins"]]
    return Kind(table["name"], {number: (name, sort) for number, name, sort in pins}, table)


def _part(ref: str, table: dict[str, Any], kinds: Mapping[str, Kind]) -> Part:
    kind = kinds[table["type"]]
    fit = dict(each.split("=") for each in table["fit"].split(",")) if "fit" in table else {}
    passes = [tuple(pair) for pair in kind.facts.get("passes", [])]
    if table.get("passes"):
        passes.append(("1", "2"))
    nets, unused = table.get("pins", {}), frozenset(table.get("open", []))
    strangers = (set(nets) | unused) - set(kind.pins)
    if strangers:
        raise NetlistError(f"{ref} has no pins {sorted(strangers)}")
    return Part(ref, kind, nets, unused, fit, table["place"], table.get("value", ""), tuple(passes))


def _cable(ref: str, table: dict[str, Any]) -> Cable:
    wires = [wire.split() for wire in table["wires"]]
    return Cable(
        ref,
        tuple((_node(near), _node(far), colour) for near, far, colour in wires),
        table["length_mm"],
        table.get("shield", False),
        table.get("twisted", False),
    )


def _node(text: str) -> Node:
    ref, _, pin = text.partition(".")
    return ref, pin
