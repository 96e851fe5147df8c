"""Dimensioned drawings of housing and strap, in millimetres, computed from parts, walls and gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

INK = "#1b1b1b"
FAINT = "#8a8a8a"
DIMENSION = "#1f4e9c"
FILL = "#fffdf3"

# Parts
BOARD = (70.0, 50.0, 1.6)
PICO = (51.0, 21.0, 3.7)  # with its USB socket
USB_OUT = 1.3  # of the socket, over the Pico's edge
CELL = (36.0, 29.0, 4.75)
CELL_LARGE = (62.0, 34.0, 5.0)
CHARGER = (18.0, 18.0)
IMU = (21.0, 16.0)
TALLEST = 11.5  # of what stands on the board: C1, lying or standing

# Housing
WALL = 2.0
GAP = 1.0
FLOOR = 2.0
LID = 2.0
CELL_ROOM = 6.5  # the larger cell and 1.5 mm of foam: a cell swells
WINDOW = (27.0, 10.0)
WINDOW_AT = 7.5  # from the board's edge; the next ones too, to the middle
PICO_AT = 2.0
USB_AT = PICO_AT + PICO[1] / 2
J2_AT = 29.2
SHROUD_GAP = 0.5

# Strap
STRAP = (450.0, 38.0)
HOOK_MM = 100.0
SENSOR_TO_HOUSING = 75.0
SENSOR_TO_MOTOR = 150.0
POCKET = 30.0
SENSOR = (54.0, 21.0)
APART_MM = 60.0  # electrodes and motor, at least


@dataclass(frozen=True)
class Housing:
    """Outer dimensions."""

    length: float
    width: float
    height: float


def housing() -> Housing:
    """Return the housing's outer dimensions."""
    around = 2 * (WALL + GAP)
    return Housing(BOARD[0] + around, BOARD[1] + around, FLOOR + CELL_ROOM + GAP + BOARD[2] + TALLEST + LID)


class Canvas:
    """SVG in millimetres, y downwards."""

    def __init__(self, width: float, height: float, title: str, note: str) -> None:
        self._size = width, height
        self._lines: list[str] = []
        self.text((4, 9), title, 6, anchor="start")
        self.text((4, 15), note, 3.4, FAINT, anchor="start")

    def rect(
        self, x: float, y: float, w: float, h: float, fill: str = "none", dash: str = "", radius: float = 0.0
    ) -> None:
        """Draw a rectangle."""
        self._lines.append(
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{radius:g}" fill="{fill}" stroke="{INK}" '
            f'stroke-width="0.4" stroke-dasharray="{dash}"/>'
        )

    def circle(self, at: Sequence[float], radius: float, fill: str = "none", dash: str = "") -> None:
        """Draw a circle."""
        self._lines.append(
            f'<circle cx="{at[0]:g}" cy="{at[1]:g}" r="{radius:g}" fill="{fill}" stroke="{INK}" stroke-width="0.4" '
            f'stroke-dasharray="{dash}"/>'
        )

    def line(
        self, start: Sequence[float], end: Sequence[float], color: str = INK, width: float = 0.4, dash: str = ""
    ) -> None:
        """Draw a line."""
        self._lines.append(
            f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}" stroke="{color}" '
            f'stroke-width="{width}" stroke-dasharray="{dash}"/>'
        )

    def text(
        self, at: Sequence[float], text: str, size: float = 3.4, color: str = INK, anchor: str = "middle", turn: int = 0
    ) -> None:
        """Write; ``anchor``: start, middle or end."""
        turned = f' transform="rotate({turn} {at[0]:g} {at[1]:g})"' if turn else ""
        self._lines.append(
            f'<text x="{at[0]:g}" y="{at[1]:g}" font-size="{size}" fill="{color}" text-anchor="{anchor}"{turned}>'
            f"{escape(text)}</text>"
        )

    def across(self, x1: float, x2: float, y: float, reach: float, text: str = "") -> None:
        """Dimension a width: a line ``reach`` away from ``y``, with helper lines to it."""
        at = y + reach
        for x in (x1, x2):
            self.line((x, y), (x, at + (1.5 if reach > 0 else -1.5)), DIMENSION, 0.2)
        self._arrow((x1, at), (x2, at))
        self.text(((x1 + x2) / 2, at - 1.2), text or f"{abs(x2 - x1):g}", 3.4, DIMENSION)

    def down(self, y1: float, y2: float, x: float, reach: float, text: str = "") -> None:
        """Dimension a height, likewise."""
        at = x + reach
        for y in (y1, y2):
            self.line((x, y), (at + (1.5 if reach > 0 else -1.5), y), DIMENSION, 0.2)
        self._arrow((at, y1), (at, y2))
        self.text((at - 1.2, (y1 + y2) / 2), text or f"{abs(y2 - y1):g}", 3.4, DIMENSION, turn=-90)

    def _arrow(self, start: Sequence[float], end: Sequence[float]) -> None:
        self._lines.append(
            f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}" stroke="{DIMENSION}" '
            'stroke-width="0.25" marker-start="url(#a)" marker-end="url(#a)"/>'
        )

    def svg(self) -> str:
        """Return the picture."""
        width, height = self._size
        marker = (
            '<defs><marker id="a" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="8" markerHeight="8" '
            f'orient="auto-start-reverse"><path d="M0,1.5 L6,3 L0,4.5 z" fill="{DIMENSION}"/></marker></defs>'
        )
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width * 4:g}" '
            f'height="{height * 4:g}" font-family="Helvetica, Arial, sans-serif">'
        )
        return (
            "\n".join([head, marker, '<rect width="100%" height="100%" fill="white"/>', *self._lines, "</svg>"]) + "\n"
        )


def draw_housing() -> str:
    """Return the housing: from above without its lid, from its end, in section, and the sensor's plug."""
    note = "Millimetres. Printed in PETG, walls of 2. Drawn by hardware/tools/drawings.py; not printed yet."
    canvas = Canvas(244, 164, "Housing", note)
    _housing_from_above(canvas, 22, 38)
    _housing_from_its_end(canvas, 142, 38)
    _housing_in_section(canvas, 22, 122)
    _shroud(canvas, 152, 112)
    return canvas.svg()


def _housing_from_above(canvas: Canvas, x: float, y: float) -> None:
    size = housing()
    canvas.text((x, y - 11), "From above, lid off", 4, anchor="start")
    canvas.rect(x, y, size.length, size.width, FILL, radius=4)
    canvas.rect(x + WALL, y + WALL, size.length - 2 * WALL, size.width - 2 * WALL, "none", radius=2)
    bx, by = x + WALL + GAP, y + WALL + GAP
    canvas.rect(bx, by, BOARD[0], BOARD[1], "#eaf4e6")
    canvas.rect(bx, by + PICO_AT, PICO[0], PICO[1], "#d9ecd2")
    canvas.text((bx + 24, by + PICO_AT + 8), "U1 Pico 51 × 21")
    canvas.rect(bx - USB_OUT, by + USB_AT - 4, 6, 8, "#cccccc")
    canvas.text((bx + 9, by + USB_AT + 1), "USB", 2.8)
    canvas.rect(bx, by + J2_AT - 4.75, 6, 9.5, "#f2e6c9")
    canvas.text((bx + 8.8, by + J2_AT + 1), "J2", 2.8)
    canvas.rect(bx + 51.5, by + 2, *CHARGER, "#d7e3f4")
    canvas.text((bx + 60.5, by + 12), "U2", 3.2)
    canvas.rect(bx + 14, by + 29, *IMU, "#f4dede")
    canvas.text((bx + 20, by + 39), "U5, U6", 3.2)
    canvas.text((bx + 1, by + 48.8), "H3 70 × 50", 3, FAINT, anchor="start")
    cell = (bx + 31, by + 18)
    canvas.rect(*cell, CELL[0], CELL[1], "none", "1.5 1")
    canvas.text((cell[0] + CELL[0] / 2 + 4, cell[1] + 12), "BT1 36 × 29", 3, FAINT)
    canvas.text((cell[0] + CELL[0] / 2 + 4, cell[1] + 16), "below the board", 3, FAINT)
    canvas.rect(x + size.length - WALL, y + 38, WALL, 9, "#333333")
    canvas.text((x + size.length + 1.5, y + 43.5), "S1", 3, anchor="start")
    canvas.across(x, x + size.length, y, -4)
    canvas.down(y, y + size.width, x, -7)
    canvas.text(
        (x, y + size.width + 6), "In the lid: S2 in the middle, a hole of 3 over the Pico's LED.", 3, anchor="start"
    )
    canvas.text((x, y + size.width + 10.5), "Slots of 40 × 4 for the strap along both long sides.", 3, anchor="start")


def _housing_from_its_end(canvas: Canvas, x: float, y: float) -> None:
    size = housing()
    canvas.text((x, y - 11), "USB end: one window for two plugs", 4, anchor="start")
    canvas.rect(x, y, size.width, size.height, FILL, radius=4)
    side = x + WALL + GAP
    wx, wy = side + WINDOW_AT, y + size.height - FLOOR - CELL_ROOM - GAP - BOARD[2] - 8
    canvas.rect(wx, wy, *WINDOW, "#f7f7f7")
    canvas.rect(side + USB_AT - 4, wy + 4.3, 8, 3, "#cccccc")
    canvas.text((side + USB_AT, wy + 3.3), "USB", 2.6)
    canvas.rect(side + J2_AT - 4.75, wy + 2.5, 9.5, 6, "#f2e6c9")
    canvas.text((side + J2_AT, wy + 6.5), "J2", 2.6)
    canvas.across(x, x + size.width, y, -4)
    canvas.down(y, y + size.height, x + size.width, 8)
    canvas.across(wx, wx + WINDOW[0], wy + WINDOW[1], y + size.height - wy - WINDOW[1] + 7)
    canvas.down(wy, wy + WINDOW[1], wx, x - wx - 5)
    canvas.across(x, wx, y + size.height, 17, f"{wx - x:g}")


def _housing_in_section(canvas: Canvas, x: float, y: float) -> None:
    size = housing()
    canvas.text((x, y - 5), "Section, skin side down", 4, anchor="start")
    layers = (
        ("lid", LID, "#e8e4d4"),
        ("parts; Pico soldered flat", TALLEST, "#ffffff"),
        ("perfboard", BOARD[2], "#d9ecd2"),
        ("gap", GAP, "#ffffff"),
        ("cell, with 1.5 of foam or more", CELL_ROOM, "#d7e3f4"),
        ("floor", FLOOR, "#e8e4d4"),
    )
    top = y
    for number, (name, height, color) in enumerate(layers):
        canvas.rect(x, top, size.length, height, color)
        label = y + 1 + number * (size.height - 2) / (len(layers) - 1)
        canvas.line((x + size.length, top + height / 2), (x + size.length + 6, label), FAINT, 0.2)
        canvas.text((x + size.length + 7, label + 1), f"{height:g}  {name}", 3, anchor="start")
        top += height
    canvas.down(y, top, x, -7)
    canvas.text(
        (x, top + 7), "Foam 5 thick along both long edges of the floor follows the curve of a limb.", 3, anchor="start"
    )


def _shroud(canvas: Canvas, x: float, y: float) -> None:
    width, height = WINDOW[0] - SHROUD_GAP, WINDOW[1] - SHROUD_GAP
    canvas.text((x, y - 3), "Shroud on the sensor's plug: it fills the window", 4, anchor="start")
    canvas.text((x, y + 2), "No USB cable fits while a sensor is plugged in, and the reverse.", 3, anchor="start")
    canvas.rect(x, y + 6, width, height, "#f2e6c9", radius=1)
    middle = J2_AT - WINDOW_AT
    canvas.rect(x + middle - 4.75, y + 8.2, 9.5, 5, "#ffffff")
    canvas.text((x + middle, y + 11.7), "W2", 2.6)
    canvas.text((x + 7.5, y + 11.8), "solid", 2.8, FAINT)
    canvas.across(x, x + width, y + 6 + height, 7)
    canvas.down(y + 6, y + 6 + height, x + width, 8)


def draw_strap() -> str:
    """Return the strap: flat, and around an arm."""
    note = "Millimetres; lengths along the strap are drawn at 55 %. Elastic with hook and loop. Not sewn yet."
    canvas = Canvas(300, 246, "Strap", note)
    _strap_flat(canvas, 22, 58)
    _strap_worn(canvas, 92, 186)
    _strap_rules(canvas, 176, 142)
    return canvas.svg()


def _strap_flat(canvas: Canvas, x: float, y: float) -> None:
    along = 0.55
    length, width = STRAP[0] * along, STRAP[1]
    middle = y + width / 2
    canvas.text((x, y - 26), "Flat, skin side up; the limb runs from top to bottom", 4, anchor="start")
    canvas.rect(x, y, length, width, FILL, radius=2)
    canvas.rect(x, y, HOOK_MM * along, width, "#e6e0f2")
    canvas.text((x + HOOK_MM * along / 2, middle + 1), "hook, other side")
    sensor = x + length * 0.42
    canvas.rect(sensor - SENSOR[1] * along / 2, middle - SENSOR[0] / 2, SENSOR[1] * along, SENSOR[0], "#f4dede")
    canvas.text((sensor + 8, middle + 1), "U3 or U4", 3, anchor="start")
    for offset in (-10, 10):
        canvas.circle((sensor, middle + offset), 2, "white")
    house = sensor + SENSOR_TO_HOUSING * along
    canvas.rect(house - housing().width * along / 2, middle - 20, housing().width * along, 40, "none", "1.5 1")
    canvas.text((house, middle - 1), "housing,", 2.8, FAINT)
    canvas.text((house, middle + 3), "outside", 2.8, FAINT)
    motor = sensor + SENSOR_TO_MOTOR * along
    canvas.rect(motor - POCKET * along / 2, middle - POCKET / 2, POCKET * along, POCKET, "#d7e3f4")
    canvas.circle((motor, middle), 4, "white")
    canvas.text((motor + 10, middle + 1), "H4, motor", 3, anchor="start")
    canvas.down(y, y + width, x, -7)
    canvas.across(x, x + length, y + width, 18, f"{STRAP[0]:g}")
    canvas.across(x, x + HOOK_MM * along, y + width, 8, f"{HOOK_MM:g}")
    canvas.across(sensor, house, middle - SENSOR[0] / 2, -4, f"{SENSOR_TO_HOUSING:g}")
    canvas.across(sensor, motor, middle - SENSOR[0] / 2, -10, f"{SENSOR_TO_MOTOR:g}")


def _strap_worn(canvas: Canvas, x: float, y: float) -> None:
    radius = 2 * SENSOR_TO_MOTOR / 6.2832
    canvas.text((x - 70, y - 62), "Around an arm of 300, seen along it", 4, anchor="start")
    canvas.circle((x, y), radius, "#fbf1ea")
    canvas.circle((x, y), radius + 2)
    canvas.circle((x, y), 9, "#f1e7d8")
    canvas.text((x, y + 1), "bone", 2.8, FAINT)
    canvas.text((x, y - 27), "muscle", 3.4, FAINT)
    canvas.rect(x - SENSOR[1] / 2, y - radius - 7, SENSOR[1], 5, "#f4dede")
    canvas.rect(x - 6, y - radius - 2, 12, 2.4, "#333333")
    canvas.text((x + 13, y - radius - 4), "sensor, electrodes on the muscle", 3, anchor="start")
    size = housing()
    canvas.rect(x + radius + 2, y - size.width / 2, size.height, size.width, FILL, radius=3)
    canvas.text((x + radius + 15, y), "housing", 3, turn=-90)
    canvas.rect(x - 15, y + radius + 2, 30, 4, "#d7e3f4")
    canvas.text((x + 18, y + radius + 5), "motor, far side", 3, anchor="start")


def _strap_rules(canvas: Canvas, x: float, y: float) -> None:
    rules = (
        f"Motor and electrodes: {APART_MM:g} apart or more,",
        "else the buzz shakes the electrodes.",
        "Electrodes: 20 from middle to middle,",
        "along the fibres, not over tendon or bone.",
        "Tight enough not to slide, loose enough for",
        "two fingers side by side under the strap.",
        "Numb, cold, blue, tingling: off, at once.",
        "Limb of 24 to 38 cm; two straps for a thigh.",
        "The housing's USB end points to the hand or foot.",
    )
    for number, rule in enumerate(rules):
        canvas.text((x + 14, y + 22 + 6.4 * number), rule, 3.4, anchor="start")


def pictures() -> dict[str, str]:
    """Return the files, by name."""
    return {"housing.svg": draw_housing(), "strap.svg": draw_strap()}
