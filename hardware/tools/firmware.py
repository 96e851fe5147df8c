"""Constants of the firmware, read from its source: what needs a board cannot be imported here."""

import ast
from pathlib import Path
from typing import Any

FIRMWARE = Path(__file__).parents[2] / "device" / "buzzband_fw"


def constants(path: str) -> dict[str, Any]:
    """Return the module's names that are bound to plain values, ``const`` or not; of bytes, what they are made of.

    ``path``: like "hal/pins.py".
    """
    found: dict[str, Any] = {}
    for statement in ast.parse((FIRMWARE / path).read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = statement.value
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("const", "bytes"):
                value = value.args[0]
            try:
                found[statement.targets[0].id] = eval(
                    compile(ast.Expression(value), path, "eval"), {"__builtins__": {}}, dict(found)
                )
            except (NameError, TypeError):
                continue
    return found


def pins() -> dict[str, int]:
    """Return the GPIOs by name: hal/pins.py."""
    return constants("hal/pins.py")
