"""Power budget: what the cell gives, from the firmware's own durations and duties, and how long it lasts.

python hardware/tools/power.py > hardware/power-budget.md
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from firmware import constants
from netlist import load, number

CELL_V = 3.7
CELLS_MAH = (500, 1200)
USABLE = 0.85  # down to low_battery_mv less 0.2 V, and after a year
BUCK = 0.85  # efficiency of the Pico's regulator: an estimate
BOOST = 0.8  # of U9: its family page says 70 to 90 %
BRIDGE = 0.85  # of the DRV2605L: an estimate
PICO_MA = ((3.0, 29.5), (4.0, 23.4))  # all awake at 125 MHz, measured at VSYS: 2n3904blog.com, "Burning Questions 1-5"
AWAKE = 0.093  # the most of a set: docs/firmware.md
SLEEP_SAVES = 1 / 3  # of that while asleep: "over a third", learn.adafruit.com, RP2040 light sleep
LED_MA = 3.0  # (3.3 V - 1.9 V) / 470 Ω: from memory
MYOWARE_MA = 3.0  # to be measured
EXG_PILL_MA = 3.75  # four amplifiers of 0.94 mA, TL07xH: from memory

_KICK_MS: int = constants("hal/motor_driver.py")["_KICK_MS"]
_MOTOR = constants("hal/motor_pwm.py")
_WORDS = constants("core/words.py")
_LED = constants("hal/led.py")
_KICK_V: float = _MOTOR["_KICK_MV"] / 1000
_HOLD_V: float = _MOTOR["_HOLD_MV"] / 1000
_LRA_V: float = constants("hal/motor_drv2605l.py")["LRA_RATED_MV"] / 1000
_PARTS = {**load("drv2605l").parts, **load("pwm").parts}
_LRA_MA: float = _PARTS["M2"].kind.facts["ma_rms"]
_PWM_HZ: int = _MOTOR["_PWM_HZ"]


@dataclass(frozen=True)
class Use:
    """A way to train: words said in a time."""

    name: str
    words: tuple[str, ...]
    seconds: float
    told: str


USES = (
    Use("reach", ("ON_TARGET",) * 12 + ("DONE",), 12 * 4 + 90, "12 reps of 4 s, 90 s of rest, a buzz for each rep"),
    Use("hold", ("ON_TARGET",) * 10 + ("DONE",), 10 + 60, "10 s held, a tick a second, 60 s of rest"),
    Use("tempo", ("ON_TARGET",) * 36 + ("DONE",), 12 * 6 + 90, "12 reps of 2-1-3, three ticks each, 90 s of rest"),
)


@dataclass(frozen=True)
class Build:
    """Which parts: names of the options."""

    variant: str
    motor: str
    emg: str
    imu: str


BUILDS = (
    Build("pwm", "coin", "myoware", "gy-521"),
    Build("pwm", "coin", "myoware", "lsm6dsox"),
    Build("drv2605l", "lra", "myoware", "lsm6dsox"),
    Build("drv2605l", "lra", "exg-pill", "lsm6dsox"),
)


def pulses_ms(word: str) -> tuple[int, ...]:
    """Return how long each pulse of a word is."""
    phases = _WORDS["PHASES"]
    ends = [-1, *(at for at, phase in enumerate(phases) if not phase)]
    begin, end = ends[_WORDS[word]] + 1, ends[_WORDS[word] + 1]
    return tuple(phase * _WORDS["UNIT_MS"] for phase in phases[begin:end:2])


def interpolated(points: tuple[tuple[float, float], ...], x: float) -> float:
    """Return y at x on the line through the points about it."""
    lines = list(pairwise(points))
    (x1, y1), (x2, y2) = next((line for line in lines if x <= line[1][0]), lines[-1])
    return y1 + (y2 - y1) * (x - x1) / (x2 - x1)


def pico_awake_ma() -> float:
    """Return what the Pico draws from the cell while it is all awake; its power hardly depends on the voltage."""
    return interpolated(tuple((volts, volts * ma) for volts, ma in PICO_MA), CELL_V) / CELL_V


def pico_ma(sleep_saves: float) -> float:
    """Return what it draws awake for its share of the time, and asleep for the rest."""
    return pico_awake_ma() * (AWAKE + (1 - AWAKE) * (1 - sleep_saves))


def coin_ma(volts: float) -> float:
    """Return what the cell gives for a coin motor that gets ``volts`` on average: duty times its current."""
    points = tuple((float(at), float(ma)) for at, ma in _PARTS["M1"].kind.facts["ma_at"].items())
    return interpolated(points, volts) * volts / CELL_V


def capacitor_ma() -> float:
    """Return what C7 draws: it is charged and emptied at each period."""
    return 1000 * number(_PARTS["C7"].value) * CELL_V * _PWM_HZ


def coin_charge_mas(word: str) -> float:
    """Return the charge of a word in mA s: each pulse a kick, then the hold."""
    kick, hold = coin_ma(_KICK_V), coin_ma(_HOLD_V)
    return sum(
        (min(ms, _KICK_MS) * kick + max(ms - _KICK_MS, 0) * hold + ms * capacitor_ma()) / 1000 for ms in pulses_ms(word)
    )


def lra_charge_mas(word: str) -> float:
    """Return the same for an LRA: its power from start to end."""
    ma = _LRA_V * _LRA_MA / BRIDGE / CELL_V
    return sum(ms * ma / 1000 for ms in pulses_ms(word))


def motor_ma(use: Use, motor: str) -> float:
    """Return the motor's mean current in a way to train."""
    charge: Callable[[str], float] = coin_charge_mas if motor == "coin" else lra_charge_mas
    return sum(charge(word) for word in use.words) / use.seconds


def motor_share(use: Use) -> float:
    """Return for which share of the time the motor runs."""
    return sum(sum(pulses_ms(word)) for word in use.words) / 1000 / use.seconds


def from_3v3(ma: float) -> float:
    """Return what the cell gives for a current at 3.3 V."""
    return ma * 3.3 / BUCK / CELL_V


def sensor_ma(emg: str) -> float:
    """Return what the cell gives for a muscle sensor."""
    return from_3v3(MYOWARE_MA) if emg == "myoware" else EXG_PILL_MA * 5.0 / BOOST / CELL_V


def imu_ma(imu: str) -> float:
    """Return what the cell gives for a movement sensor."""
    ma: float = _PARTS["U5" if imu == "gy-521" else "U6"].kind.facts["ma"]
    return from_3v3(ma)


def led_ma() -> float:
    """Return what the cell gives for the LED while the band runs."""
    on, off = map(float, _LED["RUNNING"])
    return from_3v3(LED_MA) * (on / (on + off))


def total_ma(build: Build, use: Use, sleep_saves: float) -> float:
    """Return what the cell gives on average."""
    return pico_ma(sleep_saves) + sensor_ma(build.emg) + imu_ma(build.imu) + led_ma() + motor_ma(use, build.motor)


def hours(mah: float, ma: float) -> float:
    """Return how long a cell lasts."""
    return mah * USABLE / ma


def report() -> str:
    """Return hardware/power-budget.md."""
    return "\n".join([*_head(), *_arithmetic(), *_uses(), *_hours()]) + "\n"


def _head() -> list[str]:
    return [
        "# Power budget",
        "",
        "Written by `make hardware` (`hardware/tools/power.py`) from the firmware's durations, voltages and rhythms,",
        "and from data sheets. **Nothing of it has been measured on a band.** All currents are the cell's, at 3.7 V.",
        "",
        "The largest entry is the least certain: what the RP2040 saves while it sleeps between blocks. *Cautious*",
        "counts nothing, *likely* a third, Adafruit's figure for a light sleep of an RP2040. Measure it at F1.",
        "",
    ]


def _arithmetic() -> list[str]:
    awake, likely = pico_awake_ma(), pico_ma(SLEEP_SAVES)
    kick, hold = coin_ma(_KICK_V), coin_ma(_HOLD_V)
    reach = USES[0]
    set_mas = sum(coin_charge_mas(word) for word in reach.words)
    return [
        "## Each part",
        "",
        "| part | arithmetic | mA |",
        "|---|---|---|",
        f"| Pico, cautious | awake, 29.5 mA at 3.0 V and 23.4 mA at 4.0 V: 88 to 94 mW; at {CELL_V} V | {awake:.1f} |",
        f"| Pico, likely | {awake:.1f} × ({AWAKE:.3f} awake + {1 - AWAKE:.3f} asleep × 2/3) | {likely:.1f} |",
        f"| MyoWare 2.0 | {MYOWARE_MA} mA at 3.3 V ÷ {BUCK} ÷ {CELL_V} V | {sensor_ma('myoware'):.1f} |",
        f"| BioAmp EXG Pill | {EXG_PILL_MA} mA at 5 V ÷ {BOOST} ÷ {CELL_V} V | {sensor_ma('exg-pill'):.1f} |",
        f"| MPU-6050 | 3.8 mA at 3.3 V ÷ {BUCK} ÷ {CELL_V} V | {imu_ma('gy-521'):.1f} |",
        f"| LSM6DSOX | 0.55 mA at 3.3 V ÷ {BUCK} ÷ {CELL_V} V | {imu_ma('lsm6dsox'):.1f} |",
        f"| LED, running | {LED_MA} mA for {_LED['RUNNING'][0]} of {sum(_LED['RUNNING'])} ms | {led_ma():.2f} |",
        f"| coin motor, kick | 72 mA × {_KICK_V:.2f} V ÷ {CELL_V} V, for {_KICK_MS} ms | {kick:.0f} |",
        f"| coin motor, hold | 45 mA × {_HOLD_V:.2f} V ÷ {CELL_V} V | {hold:.0f} |",
        f"| C7, while the motor runs | 10 nF × {CELL_V} V × {_PWM_HZ / 1000} kHz | {capacitor_ma():.1f} |",
        f"| LRA | {_LRA_V} V × {_LRA_MA} mA ÷ {BRIDGE} ÷ {CELL_V} V | {lra_charge_mas('ON_TARGET') / 0.12:.0f} |",
        "",
        f"The word `on_target` is a pulse of 120 ms: ({_KICK_MS} × {kick:.0f} + {120 - _KICK_MS} × {hold:.0f} + "
        f"120 × {capacitor_ma():.1f}) ÷ 1000 = {coin_charge_mas('ON_TARGET'):.2f} mA s. A set of `reach` has",
        f"twelve of them and a `done`: {set_mas:.1f} mA s in {reach.seconds:.0f} s are "
        f"{motor_ma(reach, 'coin'):.2f} mA.",
        "",
    ]


def _uses() -> list[str]:
    return [
        "## The motor",
        "",
        "| mode | what happens | motor runs | coin motor, mA | LRA, mA |",
        "|---|---|---|---|---|",
        *(
            f"| `{use.name}` | {use.told} | {100 * motor_share(use):.1f} % | {motor_ma(use, 'coin'):.2f} | "
            f"{motor_ma(use, 'lra'):.2f} |"
            for use in USES
        ),
        "",
    ]


def _hours() -> list[str]:
    lines = [
        "## How long",
        "",
        f"A cell gives {100 * USABLE:.0f} % of what is written on it: the band is off before it is empty; cells age.",
        "Hours of `reach` and of `tempo`, cautious and likely:",
        "",
        "| build | mode | mA cautious | mA likely | " + " | ".join(f"{mah} mAh, h" for mah in CELLS_MAH) + " |",
        "|---|---|---|---|" + "---|" * len(CELLS_MAH),
    ]
    for build in BUILDS:
        for use in (USES[0], USES[2]):
            cautious, likely = total_ma(build, use, 0.0), total_ma(build, use, SLEEP_SAVES)
            cells = " | ".join(f"{hours(mah, cautious):.0f} to {hours(mah, likely):.0f}" for mah in CELLS_MAH)
            what = f"{build.variant}: {build.motor}, {build.emg}, {build.imu}"
            lines.append(f"| {what} | `{use.name}` | {cautious:.0f} | {likely:.0f} | {cells} |")
    return [
        *lines,
        "",
        "A second sensor adds its own current. *Off* (a long press) leaves sensors and Pico supplied: for the shelf",
        "there is S1, behind which nothing is drawn but some µA by charger and protection.",
        "Charging takes 100 mA: 500 mAh in 5 to 6 hours, 1200 mAh overnight, attended.",
    ]


if __name__ == "__main__":
    print(report(), end="")
