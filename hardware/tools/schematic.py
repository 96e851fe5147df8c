"""The schematic of a variant, drawn with schemdraw. What is drawn can be read back: drawn.py.

Nets are drawn as wires and as names at their ends; equal names are one net. Where the pins are, in the picture's own
coordinates, stands in its metadata: a picture has no names for them.
"""

import json
from collections.abc import Sequence
from itertools import pairwise

import schemdraw
import schemdraw.elements as elm
from schemdraw.elements import Element
from schemdraw.segments import Segment, SegmentPoly, SegmentText

from netlist import Netlist, Part

WIRE = "#0a7a2f"
NAME = "#8a1f11"
INK = "#1b1b1b"
FAINT = "#6b6b6b"
UNIT_PT = 36.0  # of schemdraw's picture to a unit of its drawing

_ROW = 0.8
_STUB = 0.7
_PICO_ROW = 0.92

Point = tuple[float, float]


class _Shape(Element):  # type: ignore[misc]  # schemdraw comes with an extra
    """Segments at absolute coordinates."""

    def __init__(self, *segments: object) -> None:
        super().__init__()
        self.segments.extend(segments)


class Sheet:
    """A drawing, what is on it, and where."""

    def __init__(self, netlist: Netlist) -> None:
        self.netlist = netlist
        self.drawing = schemdraw.Drawing(show=False)
        self.drawing.config(fontsize=10, color=INK, lw=1.3, font="Helvetica")
        self.pins: dict[str, list[float]] = {}
        self.names: list[tuple[str, float, float]] = []

    def _add(self, element: Element, at: Point = (0.0, 0.0)) -> Element:
        return self.drawing.add(element.at(at).right())

    def pin(self, ref: str, pin: str, at: Point) -> None:
        """Note where a pin is. Raises KeyError if the part has no such pin, ValueError if it is there already."""
        part = self.netlist.parts[ref]
        name = f"{ref}.{pin}"
        part.kind.pins[pin]
        if name in self.pins:
            raise ValueError(f"{name} is drawn twice")
        self.pins[name] = [round(at[0] * UNIT_PT, 3), round(-at[1] * UNIT_PT, 3)]

    def wire(self, *points: Point) -> None:
        """Draw a wire through points."""
        for start, end in pairwise(points):
            self._add(_Shape(Segment([start, end], color=WIRE, lw=1.5)))

    def dot(self, at: Point) -> None:
        """Draw the dot of a junction."""
        self._add(elm.Dot(radius=0.07).color(WIRE), at)

    def name(self, net: str, at: Point, side: str = "right") -> None:
        """Write the name of a net at the end of a wire, on one side of it."""
        dx, dy, align = {
            "right": (0.08, 0.0, ("left", "center")),
            "left": (-0.08, 0.0, ("right", "center")),
            "up": (0.0, 0.08, ("center", "bottom")),
            "down": (0.0, -0.08, ("center", "top")),
        }[side]
        self.text(net, (at[0] + dx, at[1] + dy), align, 9.5, NAME)
        self.names.append((net, round(at[0] * UNIT_PT, 3), round(-at[1] * UNIT_PT, 3)))

    def ground(self, net: str, at: Point) -> None:
        """Draw a ground's symbol and name."""
        x, y = at
        bars = [Segment([(x - w, y - d), (x + w, y - d)], lw=1.3) for w, d in ((0.28, 0.0), (0.18, 0.1), (0.08, 0.2))]
        self._add(_Shape(*bars))
        self.text(net, (x, y - 0.28), ("center", "top"), 8.5, NAME)
        self.names.append((net, round(x * UNIT_PT, 3), round(-y * UNIT_PT, 3)))

    def text(
        self, text: str, at: Point, align: tuple[str, str] = ("left", "center"), size: float = 9.5, color: str = INK
    ) -> None:
        """Write at a place."""
        self._add(_Shape(SegmentText(at, text, align=align, fontsize=size, color=color)))

    def frame(self, title: str, left: float, top: float, right: float, bottom: float) -> None:
        """Draw a dashed frame with a title, around what belongs together."""
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        self._add(_Shape(SegmentPoly(corners, color="#b9b9b9", lw=0.8, ls="--")))
        self.text(title, (left + 0.2, top - 0.35), size=11, color=FAINT)

    def box(self, ref: str, x: float, top: float, width: float, left: Sequence[str], right: Sequence[str],
            row: float = _ROW,
            bare: Sequence[str] = (), mirrored: bool = False) -> dict[str, Point]:  # fmt: skip
        """Draw a part as a box with its pins on both sides; return where their stubs end. ``bare``: without a name."""
        part = self.netlist.parts[ref]
        height = row * max(len(left), len(right)) + 0.35
        corners = [(x, top), (x + width, top), (x + width, top - height), (x, top - height)]
        self._add(_Shape(SegmentPoly(corners, color=INK, lw=1.4, fill="#fffdf3")))
        what = part.kind.name.replace("wire-to-board connector", "plug")
        self.text(f"{ref}  {what}", (x, top + 0.1), ("left", "bottom"), 9.5)
        if part.fit:
            told = ", ".join(f"{option}={value}" for option, value in part.fit.items())
            self.text(f"fit if {told}", (x, top - height - 0.08), ("left", "top"), 8, FAINT)
        ends = {}
        for side, pins in ((-1, left), (1, right)):
            for number, pin in enumerate(pins):
                y = top - 0.18 - row * (number + 0.5)
                edge = (x if side < 0 else x + width, y)
                ends[pin] = self._stub(part, pin, edge, side, pin not in bare)
        return ends

    def _stub(self, part: Part, pin: str, edge: Point, side: int, named: bool) -> Point:
        end = (edge[0] + side * _STUB, edge[1])
        name = part.kind.pins[pin][0]
        inside = name if name == pin else f"{name}"
        self.text(inside, (edge[0] - side * 0.1, edge[1]), ("left" if side < 0 else "right", "center"), 9)
        if name != pin:
            self.text(pin, (edge[0] + side * 0.35, edge[1] + 0.03), ("center", "bottom"), 7, FAINT)
        self.pin(part.ref, pin, edge)
        if pin in part.open:
            self.text("×", (edge[0] + side * 0.1, edge[1]), ("center", "center"), 10, FAINT)
            return end
        self.wire(edge, end)
        if named:
            self.name(part.nets[pin], end, "left" if side < 0 else "right")
        return end

    def part(self, symbol: Element, ref: str, start: Point, end: Point, pins: tuple[str, str] = ("1", "2"),
             side: str = "right", off: float = 0.42) -> None:  # fmt: skip
        """Draw a part with two legs between two points; its first pin at ``start``."""
        part = self.netlist.parts[ref]
        self.drawing.add(symbol.at(start).to(end).color(INK))
        self.pin(ref, pins[0], start)
        self.pin(ref, pins[1], end)
        fit = " ".join(f"{option}={value}" for option, value in part.fit.items())
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        lines = [f"{ref} {part.value}".strip(), *(["fit if " + fit] if fit else [])]
        if start[1] == end[1]:
            self.text(lines[0], (x, y + off - 0.08), ("center", "bottom"), 9)
            if fit:
                self.text(lines[1], (x, y - 0.36), ("center", "top"), 7.5, FAINT)
            return
        align = "right" if side == "left" else "left"
        dx = -off if side == "left" else off
        self.text(lines[0], (x + dx, y + (0.14 if fit else 0.0)), (align, "center"), 9)
        if fit:
            self.text(lines[1], (x + dx, y - 0.2), (align, "center"), 7.5, FAINT)

    def svg(self) -> str:
        """Return the picture. Raises ValueError if a pin of the netlist is not on it."""
        wanted = {f"{part.ref}.{pin}" for part in self.netlist.parts.values() for pin in part.kind.pins}
        if wanted != set(self.pins):
            raise ValueError(f"not drawn: {sorted(wanted - set(self.pins))}")
        text: str = self.drawing.get_imagedata("svg").decode()
        data = json.dumps({"pins": self.pins, "names": self.names}, sort_keys=True)
        return text.replace("</svg>", f"<metadata>{data}</metadata></svg>") + "\n"


def draw(netlist: Netlist) -> str:
    """Return the schematic of a variant as SVG."""
    schemdraw.use("svg")
    schemdraw.svgconfig.text = "text"
    sheet = Sheet(netlist)
    _title(sheet)
    _power(sheet)
    _pico(sheet)
    _muscle(sheet)
    _second_muscle(sheet)
    _movement(sheet)
    if netlist.variant == "pwm":
        _motor_pwm(sheet)
    else:
        _motor_drv2605l(sheet)
    return sheet.svg()


def _title(sheet: Sheet) -> None:
    what = {"pwm": "coin motor behind a MOSFET", "drv2605l": "LRA or coin motor behind a DRV2605L"}[
        sheet.netlist.variant
    ]
    sheet.text(f"Buzzband, variant {sheet.netlist.variant}: {what}", (0.0, 23.6), size=16)
    sheet.text(
        "Drawn from hardware/netlist-*.toml. Equal names are one net; × is left open on purpose. Not built yet.",
        (0.0, 22.95),
        size=9.5, color=FAINT,
    )  # fmt: skip


def _power(sheet: Sheet) -> None:
    sheet.frame(
        "Power: in at the Pico's USB only; S1 feeds the band or the charger, never both", -0.4, 22.4, 19.2, 13.4
    )
    u2 = sheet.box("U2", 3.4, 20.9, 2.6, ["J+", "J-"], ["BAT", "5V", "G"], bare=["J+", "BAT"])
    sheet.part(elm.BatteryCell(), "BT1", (1.4, 17.6), (1.4, 19.2), ("-", "+"), "left")
    sheet.wire((1.4, 19.2), (1.4, u2["J+"][1]), u2["J+"])
    sheet.name("CELL", (1.4, u2["J+"][1]), "up")
    sheet.wire((1.4, 17.6), (1.4, 17.2))
    sheet.ground("GND", (1.4, 17.2))
    bat = u2["BAT"]
    sheet.part(elm.Fuse(), "F1", (7.6, bat[1]), (9.6, bat[1]))
    sheet.wire(bat, (7.6, bat[1]))
    sheet.name("CELL", (7.2, bat[1]), "up")
    s1 = sheet.box("S1", 12.2, 20.9, 2.6, ["2", "5", "3", "4"], ["1", "6"], bare=["2", "1"])
    sheet.wire((9.6, bat[1]), s1["2"])
    sheet.name("VBAT", (10.7, bat[1]), "up")
    q1 = sheet.drawing.add(elm.PFet().theta(0).at((16.6, 16.6)).anchor("gate").reverse().color(INK))
    gate, source, drain = (_rounded(q1.absanchors[pin]) for pin in ("gate", "source", "drain"))
    for pin, at in (("G", gate), ("S", source), ("D", drain)):
        sheet.pin("Q1", pin, at)
    sheet.text("Q1", (source[0] + 0.2, (source[1] + drain[1]) / 2), size=9.5)
    top, bottom = max(source[1], drain[1]), min(source[1], drain[1])
    high, low = (source, drain) if source[1] > drain[1] else (drain, source)
    for at, edge in ((high, top + 0.35), (low, bottom - 0.35)):
        net = sheet.netlist.parts["Q1"].nets["S" if at == source else "D"]
        sheet.wire(at, (at[0], edge))
        sheet.name(net, (at[0], edge), "up" if at == high else "down")
    sheet.wire(gate, (gate[0] - 0.5, gate[1]))
    sheet.name("VBUS", (gate[0] - 0.5, gate[1]), "left")
    sheet.name("VSW", s1["1"], "right")
    sheet.box("J1", 4.0, 16.0, 2.2, [], ["1", "2", "3", "4"], row=0.5)
    sheet.part(elm.Capacitor(), "C1", (11.4, 16.1), (11.4, 14.5))
    sheet.wire((11.4, 16.1), (11.4, 16.4))
    sheet.name("VSYS", (11.4, 16.4), "up")
    sheet.ground("GND", (11.4, 14.5))


def _rounded(point: Sequence[float]) -> Point:
    return (round(float(point[0]), 4), round(float(point[1]), 4))


def _pico(sheet: Sheet) -> None:
    left, right = [str(pin) for pin in range(1, 21)], [str(pin) for pin in range(40, 20, -1)]
    sheet.box("U1", 22.4, 21.6, 5.0, left, right, row=_PICO_ROW)
    sheet.text("On the board itself", (22.4, 2.6), size=9, color=FAINT)
    inner = sheet.netlist.parts["U1"].kind.facts["internal"]
    told = {"REGULATOR_MODE": "mode of the regulator", "VBUS": "VBUS / 1.56", "LED": "LED", "VSYS": "VSYS / 3"}
    for number, (name, gpio) in enumerate(inner.items()):
        sheet.text(f"GP{gpio} {name}: {told[name]}", (22.4, 2.15 - 0.42 * number), size=9)


def _muscle(sheet: Sheet) -> None:
    sheet.frame("Muscle: fit R1 and U3, or U9, R2, R4 and U4", -0.4, 13.1, 19.2, 0.7)
    sheet.part(elm.Resistor(), "R1", (1.6, 11.6), (3.6, 11.6))
    sheet.wire((1.2, 11.6), (1.6, 11.6))
    sheet.name("3V3", (1.2, 11.6), "left")
    sheet.box("U9", 1.6, 9.8, 2.4, ["VIN", "GND"], ["VOUT", "SHDN"], bare=["VOUT"])
    v5 = (4.7, 9.8 - 0.18 - _ROW / 2)
    sheet.part(elm.Resistor(), "R2", (5.2, v5[1]), (7.2, v5[1]))
    sheet.wire(v5, (5.2, v5[1]))
    sheet.name("V5", (4.9, v5[1]), "up")
    sheet.wire((3.6, 11.6), (12.4, 11.6))
    sheet.wire((7.2, v5[1]), (7.6, v5[1]), (7.6, 11.6))
    sheet.dot((7.6, 11.6))
    for ref, x in (("C2", 8.6), ("C3", 11.2)):
        sheet.wire((x, 11.6), (x, 11.3))
        sheet.part(elm.Capacitor(), ref, (x, 11.3), (x, 9.9))
        sheet.ground("AGND", (x, 9.9))
    sheet.dot((8.6, 11.6))
    sheet.dot((11.2, 11.6))
    sheet.name("VEMG", (12.4, 11.6), "right")
    sheet.box("J2", 16.0, 12.0, 2.0, ["1", "2", "3"], [], row=0.6)
    sheet.part(elm.Resistor(), "R3", (10.0, 7.6), (12.2, 7.6))
    sheet.wire((9.6, 7.6), (10.0, 7.6))
    sheet.name("EMG_RAW", (9.6, 7.6), "left")
    sheet.wire((12.2, 7.6), (17.0, 7.6))
    sheet.name("EMG", (17.0, 7.6), "right")
    for ref, x, symbol in (("R4", 13.0, elm.Resistor()), ("C4", 15.8, elm.Capacitor())):
        sheet.wire((x, 7.6), (x, 7.3))
        sheet.dot((x, 7.6))
        sheet.part(symbol, ref, (x, 7.3), (x, 5.6))
        sheet.ground("AGND", (x, 5.6))
    sheet.part(elm.Capacitor(), "C6", (16.4, 3.6), (16.4, 2.2))
    sheet.wire((16.4, 3.6), (16.4, 3.9))
    sheet.name("ADC_VREF", (16.4, 3.9), "up")
    sheet.ground("AGND", (16.4, 2.2))
    sheet.box("U3", 3.0, 6.7, 3.2, ["VIN", "GND", "RAW"], ["MID", "END", "REF"], row=0.6)
    sheet.box("U4", 3.0, 3.6, 3.2, ["VCC", "GND", "OUT"], ["IN+", "IN-", "REF"], row=0.6)
    for number, ref in enumerate(("E1", "E2", "E3")):
        y = 4.2 - 0.6 * number
        _electrode(sheet, ref, (12.0, y))


def _electrode(sheet: Sheet, ref: str, at: Point) -> None:
    """Draw an electrode: a ring at the end of a wire."""
    sheet.wire((at[0] - 0.5, at[1]), at)
    sheet.name(sheet.netlist.parts[ref].nets["1"], (at[0] - 0.5, at[1]), "left")
    sheet.pin(ref, "1", at)
    sheet.drawing.add(elm.Dot(radius=0.12, open=True).at((at[0] + 0.12, at[1])).color(INK))
    sheet.text(ref, (at[0] + 0.35, at[1]), size=9)


def _second_muscle(sheet: Sheet) -> None:
    sheet.frame("Second muscle, if second=yes: the same sensor again (setting other_muscle)", -0.4, 0.4, 19.2, -7.8)
    sheet.box("J3", 16.4, -0.9, 2.0, ["1", "2", "3"], [], row=0.6)
    sheet.box("U7", 3.0, -0.9, 3.2, ["VIN", "GND", "RAW"], ["MID", "END", "REF"], row=0.6)
    sheet.box("U8", 3.0, -4.4, 3.2, ["VCC", "GND", "OUT"], ["IN+", "IN-", "REF"], row=0.6)
    sheet.part(elm.Resistor(), "R5", (10.6, -4.2), (12.4, -4.2))
    sheet.wire((10.2, -4.2), (10.6, -4.2))
    sheet.name("EMG_OTHER_RAW", (10.2, -4.2), "left")
    sheet.wire((12.4, -4.2), (17.0, -4.2))
    sheet.name("EMG_OTHER", (17.0, -4.2), "right")
    for ref, x, symbol, side in (("R6", 13.0, elm.Resistor(), "left"), ("C5", 15.8, elm.Capacitor(), "right")):
        sheet.wire((x, -4.2), (x, -4.5))
        sheet.dot((x, -4.2))
        sheet.part(symbol, ref, (x, -4.5), (x, -6.2), side=side)
        sheet.ground("AGND", (x, -6.2))
    for number, ref in enumerate(("E4", "E5", "E6")):
        _electrode(sheet, ref, (12.9, -0.9 - 0.5 * number))


def _movement(sheet: Sheet) -> None:
    sheet.frame("Movement: fit U5 or U6", 30.6, 22.4, 44.4, 13.4)
    sheet.box("U5", 33.2, 21.2, 3.0, ["VCC", "GND", "SCL", "SDA"], ["XDA", "XCL", "AD0", "INT"], row=0.6)
    sheet.box("U6", 33.2, 17.2, 3.0, ["VIN", "GND", "SCL", "SDA"], ["3V3", "SDO", "CS", "INT1", "INT2"], row=0.6)
    sheet.box("J4", 40.8, 21.2, 2.0, ["1", "2", "3", "4"], [], row=0.6)
    for ref, x, net in (("R7", 40.2, "SDA"), ("R8", 42.4, "SCL")):
        sheet.wire((x, 17.4), (x, 17.1))
        sheet.name("3V3", (x, 17.4), "up")
        sheet.part(elm.Resistor(), ref, (x, 17.1), (x, 15.3))
        sheet.wire((x, 15.3), (x, 15.0))
        sheet.name(net, (x, 15.0), "down")
    sheet.frame("Button: the firmware pulls it up", 30.6, 13.1, 44.4, 10.2)
    sheet.box("J5", 33.2, 11.9, 2.0, ["1", "2"], [], row=0.6)
    sheet.part(elm.Button(), "S2", (39.0, 11.6), (40.8, 11.6), off=0.6)
    sheet.wire((38.6, 11.6), (39.0, 11.6))
    sheet.name("BUTTON", (38.6, 11.6), "left")
    sheet.wire((40.8, 11.6), (41.6, 11.6), (41.6, 11.4))
    sheet.ground("GND", (41.6, 11.4))


def _motor_pwm(sheet: Sheet) -> None:
    sheet.frame("Motor: 21.6 kHz from GP16; off while the Pico boots", 30.6, 9.9, 44.4, -5.0)
    sheet.wire((37.6, 8.4), (43.2, 8.4))
    sheet.name("VSYS", (37.6, 8.4), "left")
    sheet.wire((37.6, 3.6), (43.2, 3.6))
    for x in (38.4, 40.8):
        sheet.dot((x, 8.4))
        sheet.dot((x, 3.6))
    sheet.wire((38.4, 8.4), (38.4, 7.0))
    sheet.part(elm.Schottky(), "D1", (38.4, 5.0), (38.4, 7.0), ("A", "K"), "left")
    sheet.wire((38.4, 3.6), (38.4, 5.0))
    sheet.wire((40.8, 8.4), (40.8, 7.0))
    sheet.part(elm.Capacitor(), "C7", (40.8, 7.0), (40.8, 5.0))
    sheet.wire((40.8, 5.0), (40.8, 3.6))
    sheet.wire((43.2, 8.4), (43.2, 7.0))
    sheet.part(elm.Motor(), "M1", (43.2, 7.0), (43.2, 5.0), off=0.65)
    sheet.wire((43.2, 5.0), (43.2, 3.6))
    q2 = sheet.drawing.add(elm.NFet().theta(0).at((37.0, 2.0)).anchor("gate").reverse().color(INK))
    gate, source, drain = (_rounded(q2.absanchors[pin]) for pin in ("gate", "source", "drain"))
    shift = (38.4 - drain[0], 0.0)
    if abs(shift[0]) > 1e-6:
        sheet.drawing.elements.remove(q2)
        q2 = sheet.drawing.add(elm.NFet().theta(0).at((37.0 + shift[0], 2.0)).anchor("gate").reverse().color(INK))
        gate, source, drain = (_rounded(q2.absanchors[pin]) for pin in ("gate", "source", "drain"))
    for pin, at in (("G", gate), ("S", source), ("D", drain)):
        sheet.pin("Q2", pin, at)
    sheet.text("Q2 AO3400A", (drain[0] + 0.3, (drain[1] + source[1]) / 2), size=9.5)
    sheet.wire(drain, (drain[0], 3.6))
    sheet.name("MOTOR_LOW", (37.6, 3.6), "left")
    sheet.wire(source, (source[0], source[1] - 0.4))
    sheet.ground("GND", (source[0], source[1] - 0.4))
    y = gate[1]
    sheet.part(elm.Resistor(), "R9", (33.4, y), (35.4, y))
    sheet.wire((33.0, y), (33.4, y))
    sheet.name("MOTOR", (33.0, y), "left")
    sheet.wire((35.4, y), gate)
    sheet.name("GATE", (35.9, y), "up")
    sheet.dot((36.4, y))
    sheet.wire((36.4, y), (36.4, y - 0.5))
    sheet.part(elm.Resistor(), "R10", (36.4, y - 0.5), (36.4, y - 2.3), side="left")
    sheet.ground("GND", (36.4, y - 2.3))
    sheet.box("J6", 33.2, -2.6, 2.0, ["1", "2"], [], row=0.6)


def _motor_drv2605l(sheet: Sheet) -> None:
    sheet.frame("Motor: EN from GP16, high during a pulse only; cut the I2C jumper of U10", 30.6, 9.9, 44.4, -5.0)
    sheet.box(
        "U10", 33.4, 8.6, 3.4, ["EN", "IN", "SCL", "SDA", "VCC", "GND"], ["O+", "O-"], row=0.65, bare=["O+", "O-"]
    )
    plus, minus = 8.6 - 0.18 - 0.325, 8.6 - 0.18 - 0.975
    sheet.wire((37.5, plus), (42.0, plus), (42.0, 6.6))
    sheet.name("OUT_P", (38.4, plus), "up")
    sheet.wire((37.5, minus), (38.0, minus), (38.0, 4.0), (42.0, 4.0), (42.0, 4.6))
    sheet.name("OUT_N", (38.6, 4.0), "down")
    sheet.part(elm.Motor(), "M1", (42.0, 6.6), (42.0, 4.6), off=0.65)
    sheet.wire((39.2, plus), (39.2, 6.6))
    sheet.dot((39.2, plus))
    sheet.part(elm.Motor(), "M2", (39.2, 6.6), (39.2, 4.6), off=0.65)
    sheet.wire((39.2, 4.6), (39.2, 4.0))
    sheet.dot((39.2, 4.0))
    sheet.box("J7", 33.4, 2.6, 2.0, ["1", "2", "3", "4", "5", "6"], [], row=0.6)
    sheet.part(elm.Resistor(), "R10", (40.6, 1.6), (40.6, -0.4))
    sheet.wire((40.6, 1.9), (40.6, 1.6))
    sheet.name("MOTOR", (40.6, 1.9), "up")
    sheet.ground("GND", (40.6, -0.4))
