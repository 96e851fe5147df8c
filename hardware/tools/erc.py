"""Electrical rule check of a build. Errors must not be; warnings are explained in hardware/erc-warnings.md.

python hardware/tools/erc.py
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from netlist import VARIANTS, Netlist, Node, Part, load, number

LOGIC_V = 3.3
OVER_LOGIC_V = 0.3  # what a pin of the RP2040 takes above its supply
SINK_MA = 3.0  # of an open drain at 0.4 V: UM10204, table 9
RISE_NS = 300  # at 400 kHz: UM10204, table 10
BUS_PF = 100  # Pico, two boards, 20 cm of wire: an estimate
PULL_MAX_OHM = 1e6
GROUNDS = ("GND", "AGND")
BUS = ("SDA", "SCL")
SOURCES = ("supply_out", "supply_io")
DRIVERS = ("io", "supply_out", "analog_out")


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is wrong, or wants a word. ``subject``: a part, a pin or a net."""

    code: str
    subject: str
    text: str

    @property
    def is_error(self) -> bool:
        """Whether it must not be."""
        return self.code.startswith("E")


class Circuit:
    """A build, with what the rules ask of it again and again."""

    def __init__(self, build: Netlist) -> None:
        self.build = build
        self.parts = build.parts
        self.nets = build.nets()

    def part(self, node: Node) -> Part:
        """Return the part that a node belongs to."""
        return self.parts[node[0]]

    def sort(self, node: Node) -> str:
        """Return what sort of pin a node is."""
        return self.part(node).pin_kind(node[1])

    def of_kind(self, net: str, kind: str) -> Iterator[tuple[Part, str]]:
        """Give the two-legged parts of a kind on a net, each with the net of its other leg."""
        for ref, pin in self.nets.get(net, ()):
            part = self.parts[ref]
            if part.kind.name == kind:
                yield part, part.nets["2" if pin == "1" else "1"]

    def powered_like(self, net: str) -> set[str]:
        """Return the nets that power comes to ``net`` from, through fuse, switch and transistor; itself among them."""
        found, new = {net}, [net]
        while new:
            now = new.pop()
            for part in self.parts.values():
                for pair in part.passes:
                    ends = {part.nets.get(pin, "") for pin in pair}
                    if now in ends:
                        new += ends - found - {""}
                        found |= ends - {""}
        return found

    def volts(self, net: str) -> tuple[float, float, float] | None:
        """Return least, usual and most volts of a supply net; None if it is none."""
        known = self.build.volts
        if net in known:
            return known[net]
        return next((known[other] for other in sorted(self.powered_like(net)) if other in known), None)

    def most_volts(self, net: str) -> float:
        """Return the most a net may carry, a signal's too."""
        if net in GROUNDS:
            return 0.0
        supply = self.volts(net)
        if supply:
            return supply[2]
        most = 0.0
        for node in self.nets[net]:
            part, sort = self.part(node), self.sort(node)
            if sort == "analog_out":
                feed = self.volts(part.nets.get(part.kind.facts.get("swings", {}).get(node[1], ""), ""))
                most = max(most, feed[2] if feed else 0.0)
            elif sort == "io":
                most = max(most, LOGIC_V)
        return most


Rule = Callable[[Circuit], Iterator[Finding]]


def every_pin_is_connected(circuit: Circuit) -> Iterator[Finding]:
    """Say which pins are neither on a net nor declared open, or both."""
    for part in circuit.parts.values():
        for pin in part.kind.pins:
            if (pin in part.nets) == (pin in part.open):
                yield Finding("E1", f"{part.ref}.{pin}", "is neither on a net nor declared open, or both")


def no_net_ends_nowhere(circuit: Circuit) -> Iterator[Finding]:
    """Say which nets have one pin only."""
    for net, nodes in circuit.nets.items():
        if len(nodes) == 1:
            code = "W1" if circuit.sort(nodes[0]) == "analog_in" else "E2"
            yield Finding(code, net, "has one pin only")


def no_two_outputs_fight(circuit: Circuit) -> Iterator[Finding]:
    """Say on which nets two outputs meet."""
    for net, nodes in circuit.nets.items():
        outputs = [node for node in nodes if circuit.sort(node) in ("out", "supply_out", "analog_out", "gnd_out")]
        if len(outputs) > 1:
            yield Finding("E3", net, f"has several outputs: {outputs}")


def every_supply_has_a_source(circuit: Circuit) -> Iterator[Finding]:
    """Say which supply and ground pins nothing feeds."""
    for net, nodes in circuit.nets.items():
        sorts = {circuit.sort(node) for node in nodes}
        if "supply_in" in sorts:
            feeding = {circuit.sort(node) for each in circuit.powered_like(net) for node in circuit.nets.get(each, ())}
            if not feeding & set(SOURCES):
                yield Finding("E4", net, "feeds a part and has no source")
        if "gnd" in sorts and "gnd_out" not in sorts:
            yield Finding("E4", net, "is a ground that leads nowhere")


def every_input_is_driven(circuit: Circuit) -> Iterator[Finding]:
    """Say which inputs nothing drives or pulls."""
    for net, nodes in circuit.nets.items():
        if not any(circuit.sort(node) in ("in", "analog_in") for node in nodes) or net in GROUNDS or len(nodes) == 1:
            continue
        reached = {net} | {other for _, other in circuit.of_kind(net, "resistor")}
        sorts = {circuit.sort(node) for each in reached for node in circuit.nets[each]}
        on_skin = any(circuit.part(node).place == "skin" for node in nodes)
        if not sorts & set(DRIVERS) and not on_skin and not circuit.volts(net):
            yield Finding("E5", net, "has inputs and nothing that drives them")


def inputs_left_open_are_pulled_inside(circuit: Circuit) -> Iterator[Finding]:
    """Say which inputs are open although nothing inside the part holds them."""
    for part in circuit.parts.values():
        held = part.kind.facts.get("inner_pulls", {})
        for pin in part.open:
            if part.pin_kind(pin) == "in" and pin not in held:
                yield Finding("E5", f"{part.ref}.{pin}", "is an open input that nothing pulls")


def what_must_not_float_is_pulled(circuit: Circuit) -> Iterator[Finding]:
    """Say which gates and enables float while the Pico boots, and which of its inputs only its firmware pulls."""
    for part in circuit.parts.values():
        for pin in part.kind.facts.get("must_pull", ()):
            net = part.nets.get(pin, "")
            resistors = [r for r, other in circuit.of_kind(net, "resistor") if other in GROUNDS or circuit.volts(other)]
            if any(number(r.value) <= PULL_MAX_OHM for r in resistors):
                continue
            inner = any(
                node[1] in circuit.part(node).kind.facts.get("pulldown_ohm", {}) for node in circuit.nets.get(net, ())
            )
            yield Finding("W2" if inner else "E6", f"{part.ref}.{pin}", "is pulled by nothing outside the Pico")
    for net in circuit.build.pulls:
        yield Finding("W3", net, "is pulled by the firmware only")


def the_bus_has_its_pull_ups(circuit: Circuit) -> Iterator[Finding]:
    """Check pull-ups against what a chip can sink and how fast a line must rise, and where they lead to."""
    for net in BUS:
        ohms = [number(part.value) for part, other in circuit.of_kind(net, "resistor") if circuit.volts(other)]
        for node in circuit.nets[net]:
            part = circuit.part(node)
            if "pullup_ohm" in part.kind.facts:
                ohms.append(part.kind.facts["pullup_ohm"])
        if not ohms:
            yield Finding("E7", net, "has no pull-up")
            continue
        together = 1 / sum(1 / ohm for ohm in ohms)
        if LOGIC_V / together * 1000 > SINK_MA:
            yield Finding("E7", net, f"is pulled up too hard: {together:.0f} Ω")
        if 0.8473 * together * BUS_PF / 1000 > RISE_NS:
            yield Finding("E7", net, f"rises too slowly: {together:.0f} Ω at {BUS_PF} pF")
        for part, other in circuit.of_kind(net, "resistor"):
            if circuit.most_volts(other) > LOGIC_V + OVER_LOGIC_V:
                yield Finding("E7", part.ref, f"pulls the bus up to {other}")


def boards_pull_the_bus_to_logic_level(circuit: Circuit) -> Iterator[Finding]:
    """Say which boards have pull-ups to a supply of theirs that is too high."""
    for part in circuit.parts.values():
        if "pullup_ohm" not in part.kind.facts:
            continue
        feeds = [net for pin, net in part.nets.items() if part.pin_kind(pin) == "supply_in"]
        if any(circuit.most_volts(net) > LOGIC_V + OVER_LOGIC_V for net in feeds):
            yield Finding("E7", part.ref, "pulls the bus up to its own supply, which is too high")


def addresses_differ(circuit: Circuit) -> Iterator[Finding]:
    """Say which two chips have one address."""
    chips = [part for part in circuit.parts.values() if "i2c_address" in part.kind.facts]
    for one, other in combinations(chips, 2):
        if one.kind.facts["i2c_address"] == other.kind.facts["i2c_address"]:
            yield Finding("E8", f"{one.ref} {other.ref}", "have one address")


def coils_have_a_way_out(circuit: Circuit) -> Iterator[Finding]:
    """Say which coil has no diode, unless one chip drives both its ends: then its transistors are the way out."""
    for part in circuit.parts.values():
        if not part.kind.facts.get("inductive"):
            continue
        high, low = part.nets["1"], part.nets["2"]
        chips = [
            each for each in circuit.parts.values() if "supply_in" in {sort for _, sort in each.kind.pins.values()}
        ]
        if any({high, low} <= set(chip.nets.values()) for chip in chips):
            continue
        diodes = [each for each in circuit.parts.values() if set(each.kind.pins) == {"A", "K"}]
        if not any((diode.nets["A"], diode.nets["K"]) == (low, high) for diode in diodes):
            yield Finding("E9", part.ref, "is a coil without a diode from its low to its high side")


def volts_are_within_limits(circuit: Circuit) -> Iterator[Finding]:
    """Check supplies against what a part needs and takes, and signals against what a pin takes."""
    for part in circuit.parts.values():
        for pin, limits in part.kind.facts.get("volts", {}).items():
            supply = circuit.volts(part.nets.get(pin, ""))
            if supply is None:
                continue
            if supply[1] < limits[0] or supply[2] > limits[1]:
                yield Finding("E10", f"{part.ref}.{pin}", f"gets {supply}, takes {limits}")
            elif supply[0] < limits[0]:
                yield Finding("W4", f"{part.ref}.{pin}", f"needs {limits[0]} V and may get {supply[0]} V")
        limits = part.kind.facts.get("volts_max", {})
        for pin, net in part.nets.items():
            most = limits.get(pin, limits.get(part.pin_kind(pin)))
            if most is not None and _at_pin(circuit, net) > most:
                yield Finding("E10", f"{part.ref}.{pin}", f"gets up to {_at_pin(circuit, net):.2f} V, takes {most} V")


def _at_pin(circuit: Circuit, net: str) -> float:
    """Return the most volts on a net, its dividers included."""
    series = [(part, other) for part, other in circuit.of_kind(net, "resistor") if other not in GROUNDS]
    shunt = [number(part.value) for part, other in circuit.of_kind(net, "resistor") if other in GROUNDS]
    most = circuit.most_volts(net)
    for part, other in series:
        ratio = 1.0
        if shunt:
            below = 1 / sum(1 / ohm for ohm in shunt)
            ratio = below / (below + number(part.value))
        most = max(most, circuit.most_volts(other) * ratio)
    return most


def what_is_measured_is_within_the_reference(circuit: Circuit) -> Iterator[Finding]:
    """Check the converter's inputs against its reference, and where the signal rests."""
    for part in circuit.parts.values():
        if "adc_reference" not in part.kind.facts:
            continue
        reference = circuit.volts(part.nets[part.kind.facts["adc_reference"]])
        assert reference is not None
        for pin, net in part.nets.items():
            if part.pin_kind(pin) != "analog_in" or len(circuit.nets[net]) == 1:
                continue
            most = _at_pin(circuit, net)
            if most > reference[2] + 1e-9:
                yield Finding("E11", f"{part.ref}.{pin}", f"up to {most:.2f} V at a reference of {reference[2]} V")
            rest = most / 2 / reference[2]
            if abs(rest - 0.5) > 0.01:
                yield Finding("W5", f"{part.ref}.{pin}", f"rests at {100 * rest:.0f} % of the range")


RULES: tuple[Rule, ...] = (
    every_pin_is_connected,
    no_net_ends_nowhere,
    no_two_outputs_fight,
    every_supply_has_a_source,
    every_input_is_driven,
    inputs_left_open_are_pulled_inside,
    what_must_not_float_is_pulled,
    the_bus_has_its_pull_ups,
    boards_pull_the_bus_to_logic_level,
    addresses_differ,
    coils_have_a_way_out,
    volts_are_within_limits,
    what_is_measured_is_within_the_reference,
)


def check(build: Netlist) -> list[Finding]:
    """Return all findings of a build, in order."""
    circuit = Circuit(build)
    return sorted({finding for rule in RULES for finding in rule(circuit)})


def main() -> int:
    """Print the findings of all builds of both variants, with the number of builds that have each."""
    found: dict[Finding, int] = defaultdict(int)
    builds = [build for variant in VARIANTS for build in load(variant).builds()]
    for build in builds:
        for finding in check(build):
            found[finding] += 1
    for finding, count in sorted(found.items()):
        print(f"{finding.code} {finding.subject} {finding.text} ({count} of {len(builds)} builds)")
    errors = sum(finding.is_error for finding in found)
    print(f"{len(builds)} builds: {errors} errors, {len(found) - errors} warnings")
    return min(errors, 1)


if __name__ == "__main__":
    sys.exit(main())
