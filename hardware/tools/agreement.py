"""Whether firmware, netlist, schematic, harness, bill of materials and read-me say the same of every pin and part."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import bom
import drawn
import harness
from netlist import VARIANTS, Netlist, load

ON_BOARD = ("REGULATOR_MODE", "VBUS", "LED", "VSYS")  # names of pins that end on the Pico


def differences(hardware: Path, pins: Mapping[str, int]) -> list[str]:
    """Return what differs. ``pins``: the firmware's, by name."""
    netlists = {variant: load(variant, hardware) for variant in VARIANTS}
    found = list(_of_bom(hardware, netlists, pins))
    found += _of_read_me(hardware, netlists["pwm"], pins)
    for variant, netlist in netlists.items():
        found += _of_netlist(netlist, pins)
        found += _of_schematic(hardware / "images" / f"schematic-{variant}.svg", netlist, pins)
        found += _of_harness(hardware / f"harness-{variant}.yml", netlist, pins)
    return found


def _of_netlist(netlist: Netlist, pins: Mapping[str, int]) -> Iterator[str]:
    pico = netlist.parts["U1"]
    carried = {pico.kind.pins[pin][0]: net for pin, net in pico.nets.items()}
    meant = {f"GP{gpio}": name for name, gpio in pins.items() if name not in ON_BOARD}
    for gpio in sorted(set(meant) | {gpio for gpio in carried if gpio.startswith("GP")}):
        if carried.get(gpio) != meant.get(gpio):
            yield f"netlist {netlist.variant}: {gpio} carries {carried.get(gpio)}, the firmware says {meant.get(gpio)}"
    inner = {name: gpio for name, gpio in pins.items() if name in ON_BOARD}
    if dict(pico.kind.facts["internal"]) != inner:
        yield f"parts: on the Pico are {pico.kind.facts['internal']}, the firmware says {inner}"


def _of_schematic(path: Path, netlist: Netlist, pins: Mapping[str, int]) -> Iterator[str]:
    picture = drawn.read(path)
    wanted = {net: {f"{ref}.{pin}" for ref, pin in nodes} for net, nodes in netlist.nets().items()}
    for net in sorted(set(wanted) | set(picture.nets)):
        if picture.nets.get(net, set()) != wanted.get(net, set()):
            odd = sorted(picture.nets.get(net, set()) ^ wanted.get(net, set()))
            yield f"{path.name}: {net} differs at {odd}"
    for nets in picture.clashes:
        yield f"{path.name}: joins {sorted(nets)}"
    if picture.written != picture.names:
        yield f"{path.name}: names of nets are not those that were noted"
    text = path.read_text(encoding="utf-8")
    for name in ON_BOARD:
        if f"GP{pins[name]} {name}" not in text:
            yield f"{path.name}: does not say that {name} is GP{pins[name]}"
    for part in netlist.parts.values():
        if part.value and f"{part.ref} {part.value}" not in text:
            yield f"{path.name}: does not say {part.ref} {part.value}"


def _of_harness(path: Path, netlist: Netlist, pins: Mapping[str, int]) -> Iterator[str]:
    labels, wires = harness.read(path.read_text(encoding="utf-8"))
    for node, label in labels.items():
        net, _, gpio = label.partition(" ")
        if netlist.parts[node[0]].nets.get(node[1]) != net:
            yield f"{path.name}: {node} is labelled {net}"
        name = net.removesuffix("_RAW")
        if gpio != (f"GP{pins[name]}" if name in pins and net not in netlist.volts else ""):
            yield f"{path.name}: {net} is said to be at {gpio or 'no GPIO'}"
    for near, far in wires:
        if netlist.parts[near[0]].nets.get(near[1]) != netlist.parts[far[0]].nets.get(far[1]):
            yield f"{path.name}: a wire joins {near} and {far}, which are on two nets"
    yield from _wires_that_lack(path.name, netlist, {node for wire in wires for node in wire})


def _wires_that_lack(name: str, netlist: Netlist, wired: set[tuple[str, str]]) -> Iterator[str]:
    """Say which pins off the board no wire leads to. Electrodes snap onto a MyoWare: its inputs need none."""
    for part in netlist.parts.values():
        snaps = ("MID", "END", "REF") if part.kind.name.startswith("MyoWare") else ()
        if part.place != "carrier":
            for pin in part.nets:
                if (part.ref, pin) not in wired and pin not in snaps:
                    yield f"{name}: no wire leads to {part.ref}.{pin}"


def _of_bom(hardware: Path, netlists: bom.Netlists, pins: Mapping[str, int]) -> Iterator[str]:
    rows = bom.read(hardware / "bom.csv")
    refs = [ref for row in rows for ref in bom.references(row)]
    parts = set().union(*(netlist.parts for netlist in netlists.values()))
    for ref in sorted(parts ^ set(refs)):
        yield f"bom: {ref} is not in both bom and netlist"
    if len(refs) != len(set(refs)):
        yield "bom: a reference is there twice"
    gpios = {f"GP{gpio}" for name, gpio in pins.items() if name not in ON_BOARD}
    for row in rows:
        if int(row["quantity"]) != len(bom.references(row)):
            yield f"bom: {row['reference']} are not {row['quantity']}"
        for ref in set(bom.references(row)) & parts:
            wanted = {"variant": bom.variant_of(ref, netlists), "fit": bom.fit_of(ref, netlists)}
            for column, value in wanted.items():
                if row[column] != value:
                    yield f"bom: {ref} has {column} {row[column]!r}, the netlist says {value!r}"
            at = gpios if ref == "U1" else bom.pico_pins_of(ref, netlists)
            if set(row["pico"].split()) != at:
                yield f"bom: {ref} is said to be at {row['pico']!r}, the netlist says {sorted(at)}"
            yield from _value_differs(row, ref, netlists)


def _value_differs(row: Mapping[str, str], ref: str, netlists: bom.Netlists) -> Iterator[str]:
    part = next(netlist.parts[ref] for netlist in netlists.values() if ref in netlist.parts)
    if part.value and part.value.replace("Ω", "Ohm") not in row["part"]:
        yield f"bom: {ref} is {row['part']!r}, the netlist says {part.value}"


def _of_read_me(hardware: Path, netlist: Netlist, pins: Mapping[str, int]) -> Iterator[str]:
    text = (hardware / "README.md").read_text(encoding="utf-8")
    told = {
        name: (int(gpio), pin)
        for name, gpio, pin in re.findall(r"^\| (\w+) \| GP(\d+) \| (\d+|-) \|", text, re.MULTILINE)
    }
    numbers = {name: number for number, (name, _) in netlist.parts["U1"].kind.pins.items()}
    meant = {name: (gpio, "-" if name in ON_BOARD else numbers.get(f"GP{gpio}", "")) for name, gpio in pins.items()}
    for name in sorted(set(told) | set(meant)):
        if told.get(name) != meant.get(name):
            yield f"README: {name} is at {told.get(name)}, the firmware says {meant.get(name)}"
