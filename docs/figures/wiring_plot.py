"""The wires off the board of the easiest build, drawn from the netlist that hardware/ is drawn from."""

from matplotlib.axes import Axes

from buzzband.report.canvas import LIGHT
from firmware import pins
from netlist import Cable, Netlist, load
from plotting import panels, svg

BUILD = {"emg": "myoware", "imu": "gy-521", "second": "no"}
COLOURS = {"RD": "#c4332b", "BK": "#333333", "YE": "#d9b400", "GN": "#3a8f3a", "BU": "#2f62b5"}
COLOURS |= {"OG": "#e07b1a", "VT": "#7b35a8", "PK": "#e57fa8", "WH": "#b5b5b5"}
BOARD_X, PART_X, PART_END = 0.3, 0.5, 0.995  # where the board ends, the parts begin and end
GAP_ROWS = 0.9


def build() -> Netlist:
    """Return the netlist of the build."""
    return next(one for one in load("pwm").builds() if BUILD.items() <= one.chosen.items())


def cables(netlist: Netlist) -> list[Cable]:
    """Return the cables whose ends are all fitted."""
    return [
        cable
        for cable in netlist.cables.values()
        if all(ref in netlist.parts for near, far, _ in cable.wires for ref, _ in (near, far))
    ]


def rows(netlist: Netlist, cable: Cable) -> list[tuple[str, str, str]]:
    """Return each wire of a cable: what it is called on the board, on the part, and its colour."""
    found = []
    for (ref, pin), (far, far_pin), colour in cable.wires:
        net = netlist.parts[ref].nets[pin]
        found.append((f"{_named(netlist, net)} · {ref}.{pin}", netlist.parts[far].kind.pins[far_pin][0], colour))
    return found


def _named(netlist: Netlist, net: str) -> str:
    """Return the net, with its GPIO if it is one of the firmware's signals."""
    pico = netlist.parts["U1"]
    is_signal = any(other == net and pico.pin_kind(pin) == "io" for pin, other in pico.nets.items())
    return f"{net}, GP{pins()[net]}" if is_signal else net


def draw() -> str:
    """Return the figure as SVG."""
    netlist = build()
    shown = cables(netlist)
    height = sum(len(cable.wires) + 1 + GAP_ROWS for cable in shown)
    with panels(1, 0.21 * height) as (figure, (axes,)):
        axes.set(xlim=(0, 1), ylim=(height - GAP_ROWS + 0.6, -1.2))
        axes.set_axis_off()
        _box(axes, 0, BOARD_X, -1, height - GAP_ROWS + 0.4, LIGHT["set"])
        axes.text(0.02, -0.3, "on the board, with the Pico", weight="bold", va="center", in_layout=False)
        at = 0.0
        for cable in shown:
            _cable(axes, netlist, cable, at)
            at += len(cable.wires) + 1 + GAP_ROWS
        return svg(figure)


def _cable(axes: Axes, netlist: Netlist, cable: Cable, at: float) -> None:
    """Draw a cable and the part at its end, from row ``at`` downwards."""
    wires = rows(netlist, cable)
    part = netlist.parts[cable.wires[0][1][0]]
    _box(axes, PART_X, PART_END, at, at + len(wires) + 1, LIGHT["eccentric"])
    axes.text(PART_X + 0.015, at + 0.6, f"{part.ref}  {part.kind.name}", weight="bold", va="center", in_layout=False)
    middle = (BOARD_X + PART_X) / 2
    axes.text(middle, at + 0.75, f"{cable.ref}, {cable.length_mm} mm", ha="center", va="center", fontsize="small")
    for row, (board, pin, colour) in enumerate(wires):
        y = at + 1.45 + row
        axes.plot([BOARD_X, PART_X], [y, y], color=COLOURS[colour], linewidth=2.4, solid_capstyle="butt")
        axes.text(BOARD_X - 0.015, y, board, ha="right", va="center")
        axes.text(PART_X + 0.015, y, pin, va="center")


def _box(axes: Axes, left: float, right: float, top: float, bottom: float, colour: str) -> None:
    axes.fill([left, right, right, left], [top, top, bottom, bottom], color=colour, linewidth=0)
