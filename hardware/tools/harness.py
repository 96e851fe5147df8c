"""The wires that leave the perfboard, for WireViz: written from the netlist."""

import re

from netlist import VARIANTS, Cable, Netlist, Node, load

_GAUGE_MM2 = 0.08
_TO = "to "
_CARRIER = {
    "J1": "switch",
    "J2": "muscle",
    "J3": "second muscle",
    "J4": "movement",
    "J5": "button",
    "J6": "motor",
    "J7": "motor",
}


def harness(netlist: Netlist) -> str:
    """Return the harness of a variant as WireViz's YAML."""
    wired = {node[0]: None for cable in netlist.cables.values() for wire in cable.wires for node in wire[:2]}
    lines = [
        f"# Harness of variant {netlist.variant}, written by `make hardware` from the netlist. Where two ends share",
        "# a plug of the perfboard, one of them is fitted. Draw it: wireviz --format s FILE",
        "options:",
        "  fontname: Helvetica",
        "  bgcolor: WH",
        "connectors:",
        *(line for ref in wired for line in _connector(netlist, ref)),
        "cables:",
        *(line for cable in netlist.cables.values() for line in _cable(cable)),
        "connections:",
        *(line for cable in netlist.cables.values() for line in _connections(cable)),
    ]
    return "\n".join(lines) + "\n"


def label(netlist: Netlist, node: Node) -> str:
    """Return what stands at a pin: its net, and the GPIO of the Pico if the net leads to one."""
    part = netlist.parts[node[0]]
    net = part.nets[node[1]]
    if net in netlist.volts or net.endswith("GND"):
        is_other_pin = net != node[1] and net in part.kind.pins  # which WireViz would take for that pin
        return _TO + net if is_other_pin else net
    gpios = _gpio_of(netlist, net)
    return f"{net} {gpios}" if gpios else net


def _gpio_of(netlist: Netlist, net: str) -> str:
    """Return the GPIO that a net leads to, directly or through one resistor."""
    pico = netlist.parts["U1"]
    near = {net}
    for part in netlist.parts.values():
        if part.kind.name == "resistor" and net in part.nets.values():
            near |= {other for other in part.nets.values() if other not in netlist.volts and other != "AGND"}
    names = [pico.kind.pins[pin][0] for pin, at in pico.nets.items() if at in near]
    return next((name for name in names if name.startswith("GP")), "")


def _connector(netlist: Netlist, ref: str) -> list[str]:
    part = netlist.parts[ref]
    pins = [pin for pin in part.kind.pins if pin in part.nets and _is_wired(netlist, (ref, pin))]
    fit = ", ".join(f"{option}={value}" for option, value in part.fit.items())
    subtype = _CARRIER.get(ref, "")
    return [
        f"  {ref}:",
        f"    type: {_quoted(part.kind.name)}",
        *([f"    subtype: {_quoted(subtype)}"] if subtype else []),
        *([f"    notes: {_quoted('only with ' + fit)}"] if fit else []),
        f"    pins: [{', '.join(_pin(pin) for pin in pins)}]",
        f"    pinlabels: [{', '.join(_quoted(label(netlist, (ref, pin))) for pin in pins)}]",
    ]


def _is_wired(netlist: Netlist, node: Node) -> bool:
    return any(node in wire[:2] for cable in netlist.cables.values() for wire in cable.wires)


def _cable(cable: Cable) -> list[str]:
    note = "twisted pair" if cable.twisted else ""
    return [
        f"  {cable.ref}:",
        f"    length: {cable.length_mm / 1000}",
        f"    gauge: {_GAUGE_MM2} mm2",
        f"    colors: [{', '.join(colour for _, _, colour in cable.wires)}]",
        *(["    shield: true"] if cable.shield else []),
        *([f"    notes: {_quoted(note)}"] if note else []),
    ]


def _connections(cable: Cable) -> list[str]:
    lines = []
    for number, (near, far, _) in enumerate(cable.wires, 1):
        lines += [
            f"  - - {near[0]}: [{_pin(near[1])}]",
            f"    - {cable.ref}: [{number}]",
            f"    - {far[0]}: [{_pin(far[1])}]",
        ]
    if cable.shield:  # tied at the perfboard only
        ground = next(near for near, _, colour in cable.wires if colour == "BK")
        lines += [f"  - - {ground[0]}: [{_pin(ground[1])}]", f"    - {cable.ref}: [s]"]
    return lines


def _pin(pin: str) -> str:
    return pin if pin.isdigit() else _quoted(pin)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def texts() -> dict[str, str]:
    """Return the files, by name."""
    return {f"harness-{variant}.yml": harness(load(variant)) for variant in VARIANTS}


def read(text: str) -> tuple[dict[Node, str], list[list[Node]]]:
    """Return the labels of all pins, and the nodes that each wire joins, of a harness that ``harness`` has written."""
    labels: dict[Node, str] = {}
    wires: list[list[Node]] = []
    ref, pins, part = "", [], ""
    for line in text.splitlines():
        if not line.startswith(" "):
            part = line.rstrip(":")
        elif part == "connectors":
            if found := re.fullmatch(r"  (\w+):", line):
                ref = found[1]
            elif found := re.fullmatch(r"    pins: \[(.*)\]", line):
                pins = _items(found[1])
            elif found := re.fullmatch(r"    pinlabels: \[(.*)\]", line):
                told = [item.removeprefix(_TO) for item in _items(found[1])]
                labels |= {(ref, pin): label for pin, label in zip(pins, told, strict=True)}
        elif part == "connections" and (found := re.fullmatch(r"  ([- ]) - (\w+): \[(.*)\]", line)):
            if found[1] == "-":
                wires.append([])
            if not found[2].startswith("W"):
                wires[-1].append((found[2], _items(found[3])[0]))
    return labels, [wire for wire in wires if len(wire) > 1]


def _items(text: str) -> list[str]:
    return [item.strip().strip("'") for item in text.split(",")]
