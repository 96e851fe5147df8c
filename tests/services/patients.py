"""Bands for the doctor: one that is well, and what can be wrong with it."""

from dataclasses import replace
from typing import Any

from buzzband.firmware import MACHINE
from buzzband.services.examination import AtPrompt, OverLink, Patient
from buzzband.services.probes import SAMPLES, Storage, Wiring
from buzzband.transports.board import Identity
from buzzband.transports.replies import Config, Hello, Status
from buzzband_fw.link import messages

PORT = "/dev/ttyFAKE0"
UID = "e66138528361ba32"
MID = 32_000  # of 65535: 1611 mV

HELLO = Hello(1, "0.1.0", "1.24.1", UID, "a", False, 1_000_000, 36_000, 640)
BEFORE = Status(messages.IDLE, 0, messages.USB_POWER, 1000, 0, 0, 0, 0, 4900, 900, 900, 0, 0, 51_000, *(0,) * 14)
AFTER = replace(BEFORE, blocks=1230)
CONFIG = Config({"motor": "pwm", "low_battery_mv": 3500, "wearer": None}, (), ())
BAND = OverLink(HELLO, BEFORE, AFTER, CONFIG, 2310, 2305)
STORAGE = Storage(1_000_000, 1_441_792, 0, "a", "", ("a",))
WIRING = Wiring(
    True, 4900, False, {0x68: 0x68}, None, (MID + 3000, MID - 3000), (MID - 200, MID + 200) * (SAMPLES // 2)
)
IDENTITY = Identity("micropython", (1, 24, 1), "rp2", MACHINE)
PROMPT = AtPrompt(IDENTITY, STORAGE, WIRING, ())
WELL = Patient(PORT, band=BAND, prompt=PROMPT)


def band(**changes: Any) -> OverLink:
    """A band that says something else; ``faults`` and ``flags`` are those of its status, ``hello`` what HELLO has."""
    status = {
        name: changes.pop(name) for name in ("faults", "flags", "state", "blocks", "supply_mv") if name in changes
    }
    hello = replace(HELLO, **changes.pop("hello", {}))
    config = replace(CONFIG, **changes.pop("config", {}))
    return replace(BAND, hello=hello, after=replace(AFTER, **status), config=config, **changes)


def prompt(**changes: Any) -> AtPrompt:
    """A board that shows something else."""
    found = PROMPT
    for part in ("identity", "storage", "wiring"):
        if part in changes:
            found = replace(found, **{part: replace(getattr(found, part), **changes.pop(part))})
    return replace(found, **changes)
