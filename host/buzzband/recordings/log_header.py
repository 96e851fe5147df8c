"""The header of a session's file: JSON that a band has written, read as if anybody had."""

import json
import math
from collections.abc import Mapping
from typing import Any

from buzzband.errors import UnknownFormat
from buzzband.wording import one_line
from buzzband_fw.store import records

_TYPES: Mapping[str, type] = {
    "format": int,
    "session": str,
    "uid": str,
    "app": str,
    "micropython": str,
    "boot": int,
    "reset": str,
    "time": dict,
    "settings": dict,
    "supply_mv": int,
    "calibration": dict,
    "source": dict,
}


def read_header(payload: bytes, session_id: str) -> dict[str, Any]:
    """Return what a header says, without values of a wrong type. Raises ValueError if it is none, UnknownFormat."""
    told = _json(payload)
    if not isinstance(told, dict):
        raise ValueError("no object")
    if type(told.get("format")) is int and told["format"] > records.FORMAT:
        raise UnknownFormat(
            f"The session has format {told['format']}; this tool reads {records.FORMAT}.", "Update buzzband."
        )
    known = {name: told[name] for name, kind in _TYPES.items() if name in told and type(told[name]) is kind}
    return {"session": session_id} | known


def _json(payload: bytes) -> object:
    """Return what a JSON text says, its own text printable, in one line, and its numbers finite. Raises ValueError."""
    try:
        return _harmless(json.loads(payload.decode(), parse_constant=_finite, parse_float=_finite))
    except RecursionError as error:
        raise ValueError("too deep") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _harmless(value: object) -> object:
    if type(value) is dict:
        return {str(one_line(name)): _harmless(item) for name, item in value.items()}
    if type(value) is list:
        return [_harmless(item) for item in value]
    return one_line(value)
