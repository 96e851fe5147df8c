"""The bill of materials, hardware/bom.csv, and what the netlist says of each of its references."""

import csv
from collections.abc import Mapping
from pathlib import Path

from netlist import HARDWARE, Netlist

PATH = HARDWARE / "bom.csv"
COLUMNS = (
    "reference", "part", "maker", "number", "quantity", "variant", "fit", "pico", "alternatives", "price_eur",
    "why", "source",
)  # fmt: skip

Netlists = Mapping[str, Netlist]  # by variant

_STOPS = ("GND", "AGND")  # and supplies: no way from a part to a pin of the Pico


def read(path: Path = PATH) -> list[dict[str, str]]:
    """Return the rows. Raises ValueError if the columns are others."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"{path} has other columns")
    return rows


def references(row: Mapping[str, str]) -> list[str]:
    """Return which parts a row is for."""
    return row["reference"].split()


def price_eur(rows: list[dict[str, str]], build: Netlist) -> float:
    """Return what the parts of a build cost, roughly."""
    return sum(float(row["price_eur"]) for row in rows if any(ref in build.parts for ref in references(row)))


def variant_of(ref: str, netlists: Netlists) -> str:
    """Return in which variant a part is: pwm, drv2605l or both."""
    inside = [variant for variant, netlist in netlists.items() if ref in netlist.parts]
    return "both" if len(inside) == len(netlists) else "".join(inside)


def fit_of(ref: str, netlists: Netlists) -> str:
    """Return with which options a part is fitted, as the BOM writes it."""
    texts = {
        variant: " ".join(f"{option}={value}" for option, value in netlist.parts[ref].fit.items())
        for variant, netlist in netlists.items()
        if ref in netlist.parts
    }
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return " ".join(f"{variant}:{text}" for variant, text in texts.items() if text)


def pico_pins_of(ref: str, netlists: Netlists) -> set[str]:
    """Return the GPIOs of the Pico that a part is on, itself or through resistors."""
    return set().union(*(_pico_pins(netlist, ref) for netlist in netlists.values() if ref in netlist.parts))


def _pico_pins(netlist: Netlist, ref: str) -> set[str]:
    nets = netlist.nets()
    found: set[str] = set()
    seen: set[str] = set()
    new = list(netlist.parts[ref].nets.values())
    while new:
        net = new.pop()
        if net in seen or net in _STOPS or net in netlist.volts:
            continue
        seen.add(net)
        for other, pin in nets[net]:
            part = netlist.parts[other]
            name = part.kind.pins[pin][0]
            if other == "U1" and name.startswith("GP"):
                found.add(name)
            elif part.kind.name == "resistor":
                new += part.nets.values()
    return found
