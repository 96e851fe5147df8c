"""The bill of materials, hardware/bom.csv, and what the netlist says of each of its references."""

import csv
from pathlib import Path

from netlist import HARDWARE, VARIANTS, Netlist, load

PATH = HARDWARE / "bom.csv"
COLUMNS = (
    "reference", "part", "maker", "number", "quantity", "variant", "fit", "pico", "alternatives", "price_eur", "why", "source",
)  # fmt: skip

_STOPS = ("GND", "AGND")  # and supplies: no way from a part to a pin of the Pico


def read(path: Path = PATH) -> list[dict[str, str]]:
    """Return the rows. Raises ValueError if the columns are others."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"{path} has other columns")
    return rows


def references(row: dict[str, str]) -> list[str]:
    """Return which parts a row is for."""
    return row["reference"].split()


def variant_of(ref: str) -> str:
    """Return in which variant a part is: pwm, drv2605l or both."""
    inside = [variant for variant in VARIANTS if ref in load(variant).parts]
    return "both" if len(inside) == len(VARIANTS) else "".join(inside)


def fit_of(ref: str) -> str:
    """Return with which options a part is fitted, as the BOM writes it."""
    texts = {}
    for variant in VARIANTS:
        part = load(variant).parts.get(ref)
        if part:
            texts[variant] = " ".join(f"{option}={value}" for option, value in part.fit.items())
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return " ".join(f"{variant}:{text}" for variant, text in texts.items() if text)


def pico_pins_of(ref: str) -> set[str]:
    """Return the GPIOs of the Pico that a part is on, through resistors and connectors."""
    return set().union(*(_pico_pins(load(variant), ref) for variant in VARIANTS))


def _pico_pins(netlist: Netlist, ref: str) -> set[str]:
    if ref not in netlist.parts or ref == "U1":
        return set()
    nets, found = netlist.nets(), set()
    new = list(netlist.parts[ref].nets.values())
    seen: set[str] = set()
    while new:
        net = new.pop()
        if net in seen or net in _STOPS or net in netlist.volts:
            continue
        seen.add(net)
        for other, pin in nets[net]:
            part = netlist.parts[other]
            name = part.kind.pins[pin][0]
            if other == "U1":
                found |= {name} if name.startswith("GP") else set()
            elif part.kind.name == "resistor":
                new += part.nets.values()
    return found
